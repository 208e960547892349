import { BothKeysError } from './errors.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'

/** Waits for a step at most `ms` milliseconds and at most until `signal` aborts; a step that is done costs nothing. */
export async function withDeadline<T>(
  step: MaybePromise<T>,
  what: string,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!isPromise(step)) return step
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new BothKeysError('ERR_DEADLINE', `${what} took longer than ${String(ms)} ms, so nothing ran`))
    }, ms)
    if (signal === undefined) return
    onAbort = () => {
      reject(abortReason(signal))
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([step, limit])
  } finally {
    clearTimeout(timer)
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
  }
}

/** The abort reason as a BothKeysError. */
export function abortReason(signal: AbortSignal): BothKeysError {
  const reason: unknown = signal.reason
  if (reason instanceof BothKeysError) return reason
  return new BothKeysError('ERR_ABORTED', 'the action was aborted before it ran', { cause: reason })
}
