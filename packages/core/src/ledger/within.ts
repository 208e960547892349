import type { ErrorCode } from '../errors.js'
import { BothKeysError } from '../errors.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import { isPromise } from '../model/maybe-promise.js'

/**
 * Waits for a port at most `ms` milliseconds, then throws ERR_DEADLINE. What the port throws and is no error of
 * bothkeys becomes one with `code`, its cause kept. A value that is there costs no turn of the event loop.
 */
export function within<T>(ms: number, what: string, code: ErrorCode, step: () => MaybePromise<T>): MaybePromise<T> {
  try {
    const value = step()
    return isPromise(value) ? beforeDeadline(ms, what, code, value) : value
  } catch (error) {
    throw portError(what, code, error)
  }
}

async function beforeDeadline<T>(ms: number, what: string, code: ErrorCode, step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new BothKeysError('ERR_DEADLINE', `${what} took longer than ${String(ms)} ms, so nothing ran`))
    }, ms)
  })
  try {
    return await Promise.race([step, limit])
  } catch (error) {
    throw portError(what, code, error)
  } finally {
    clearTimeout(timer)
  }
}

function portError(what: string, code: ErrorCode, error: unknown): BothKeysError {
  if (error instanceof BothKeysError) return error
  return new BothKeysError(code, `${what} failed, so nothing ran`, { cause: error })
}
