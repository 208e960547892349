import { BothKeysError } from '../errors.js'

/** Waits for a step until `signal` aborts; then throws the signal's reason, or ERR_ABORTED, which says `what` was aborted. */
export async function untilAborted<T>(
  step: Promise<T>,
  signal: AbortSignal,
  what = 'verifying the identity',
): Promise<T> {
  if (signal.aborted) {
    step.catch(() => undefined)
    throw abortError(signal, what)
  }
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(abortError(signal, what))
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([step, aborted])
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
  }
}

function abortError(signal: AbortSignal, what: string): BothKeysError {
  const reason: unknown = signal.reason
  if (reason instanceof BothKeysError) return reason
  return new BothKeysError('ERR_ABORTED', `${what} was aborted`, { cause: reason })
}
