/**
 * Runs a step with a signal that aborts after so many milliseconds, as that of `AbortSignal.timeout` does. Nothing of it stays
 * when the step is done, whereas the other one would stay behind until its time is over, with whatever listens to it.
 */
export async function withTimeLimit<T>(ms: number, step: (signal: AbortSignal) => T): Promise<Awaited<T>> {
  const limit = new AbortController()
  const timer = setTimeout(() => {
    limit.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  }, ms)
  try {
    return await step(limit.signal)
  } finally {
    clearTimeout(timer)
  }
}
