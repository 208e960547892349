import { BothKeysError } from './errors.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'

/** Waits for a step at most `ms` milliseconds and at most until `signal` aborts; a step that is done costs nothing. */
export function withDeadline<T>(
  step: MaybePromise<T>,
  what: string,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!isPromise(step)) return Promise.resolve(step)
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown): void => {
      over()
      // Whatever the step rejects with is passed on as it is.
      reject(error as Error)
    }
    const onAbort = (): void => {
      if (signal !== undefined) fail(abortReason(signal))
    }
    const timer = setTimeout(() => {
      fail(new BothKeysError('ERR_DEADLINE', `${what} took longer than ${String(ms)} ms, so nothing ran`))
    }, ms)
    step.then((value) => {
      over()
      resolve(value)
    }, fail)
    // A step that is done by now wins.
    if (signal?.aborted === true) queueMicrotask(onAbort)
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The abort reason as a BothKeysError. */
export function abortReason(signal: AbortSignal): BothKeysError {
  const reason: unknown = signal.reason
  if (reason instanceof BothKeysError) return reason
  return new BothKeysError('ERR_ABORTED', 'the action was aborted before it ran', { cause: reason })
}
