import { BothKeysError } from '@bothkeys/core'

/** Does work of the host for at most `ms` milliseconds, without end if there are none; its signal aborts then, and this throws ERR_DEADLINE. */
export async function inTime<Answer>(
  name: string,
  ms: number | undefined,
  work: (late: AbortSignal | undefined) => Promise<Answer>,
): Promise<Answer> {
  if (ms === undefined) return work(undefined)
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = tooLong(name, ms)
      late.abort(error)
      reject(error)
    }, ms)
  })
  try {
    return await Promise.race([work(late.signal), over])
  } finally {
    clearTimeout(timer)
  }
}

function tooLong(name: string, ms: number): BothKeysError {
  return new BothKeysError(
    'ERR_DEADLINE',
    `${name} ran for longer than ${String(ms)} ms, and nobody knows how far it came`,
    {
      hint: 'look at what it came to before it is called again',
    },
  )
}
