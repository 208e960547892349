/**
 * Waits for work that goes on by itself, and no longer than its caller does: rejects when the signal aborts, as LangChain does for
 * functions of tools.
 */
export function untilAborted<Answer>(signal: AbortSignal | undefined, work: () => Promise<Answer>): Promise<Answer> {
  if (signal === undefined) return work()
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const reason: unknown = signal.reason
      reject(reason instanceof Error ? reason : new Error(typeof reason === 'string' ? reason : 'Aborted'))
    }
    if (signal.aborted) {
      leave()
      return
    }
    signal.addEventListener('abort', leave, { once: true })
    work().then(
      (answer) => {
        signal.removeEventListener('abort', leave)
        resolve(answer)
      },
      (error: unknown) => {
        signal.removeEventListener('abort', leave)
        reject(error)
      },
    )
  })
}
