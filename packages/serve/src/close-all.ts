/** How long one part may take to close, in milliseconds: doors hear the last answers of their servers. */
const partMs = 20_000

interface Closes {
  close(): Promise<unknown>
}

/**
 * Closes doors and listeners, all at the same time, so that nothing begins at one door while another waits for its server; and
 * then the guard, whose journal records what they end. Takes every step, whatever becomes of the others. Rejects with what failed
 * first.
 */
export async function closeAll(outside: Iterable<Closes>, guard: Closes): Promise<void> {
  const results = await Promise.allSettled([...outside].map(closeInTime))
  results.push(...(await Promise.allSettled([closeInTime(guard)])))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function closeInTime(part: Closes): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('a part took too long to close')), partMs)
  })
  try {
    await Promise.race([part.close(), late])
  } finally {
    clearTimeout(timer)
  }
}
