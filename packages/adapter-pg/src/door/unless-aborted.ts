/**
 * Waits for a step until the first of the signals aborts; then calls `onAbort` and rejects with the signal's reason. Unlike
 * `AbortSignal.any` it leaves nothing on signals that live long.
 */
export async function unlessAborted<Result>(
  signals: readonly AbortSignal[],
  step: () => Promise<Result>,
  onAbort: () => void,
): Promise<Result> {
  for (const signal of signals) signal.throwIfAborted()
  const stopped = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    for (const signal of signals) {
      const listen = (): void => {
        onAbort()
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', listen, { once: true, signal: stopped.signal })
    }
  })
  try {
    const result = await Promise.race([aborted, step()])
    for (const signal of signals) signal.throwIfAborted()
    return result
  } finally {
    stopped.abort()
  }
}
