import { BothKeysError } from '../errors.js'

/** Waits for a step until `signal` aborts; then throws the signal's reason, or ERR_ABORTED. */
export async function untilAborted<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    step.catch(() => undefined)
    throw abortError(signal)
  }
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(abortError(signal))
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([step, aborted])
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
  }
}

function abortError(signal: AbortSignal): BothKeysError {
  const reason: unknown = signal.reason
  if (reason instanceof BothKeysError) return reason
  return new BothKeysError('ERR_ABORTED', 'verifying the identity was aborted', { cause: reason })
}
