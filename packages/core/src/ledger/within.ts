import type { ErrorCode } from '../errors.js'
import { BothKeysError } from '../errors.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import { isPromise } from '../model/maybe-promise.js'

/** Several steps of a port under one deadline, which begins when the first of them has to be waited for. */
export class SharedDeadline {
  readonly #ms: number
  readonly #what: string
  readonly #code: ErrorCode
  #limit: Promise<never> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number, what: string, code: ErrorCode) {
    this.#ms = ms
    this.#what = what
    this.#code = code
  }

  /** Takes a step as `within` does. After the deadline whatever has to be waited for throws ERR_DEADLINE. */
  within<T>(step: () => MaybePromise<T>): MaybePromise<T> {
    try {
      const value = step()
      return isPromise(value) ? this.#waitFor(value) : value
    } catch (error) {
      throw portError(this.#what, this.#code, error)
    }
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#timer)
  }

  async #waitFor<T>(step: Promise<T>): Promise<T> {
    this.#limit ??= this.#start()
    try {
      return await Promise.race([step, this.#limit])
    } catch (error) {
      throw portError(this.#what, this.#code, error)
    }
  }

  #start(): Promise<never> {
    const limit = new Promise<never>((_resolve, reject) => {
      this.#timer = setTimeout(() => {
        reject(tooLong(this.#what, this.#ms))
      }, this.#ms)
    })
    // It may be over between two steps.
    limit.catch(() => undefined)
    return limit
  }
}

/**
 * Waits for a port at most `ms` milliseconds, then throws ERR_DEADLINE. What the port throws and is no error of
 * bothkeys becomes one with `code`, its cause kept. A value that is there costs no turn of the event loop.
 */
export function within<T>(ms: number, what: string, code: ErrorCode, step: () => MaybePromise<T>): MaybePromise<T> {
  let value: MaybePromise<T>
  try {
    value = step()
  } catch (error) {
    throw portError(what, code, error)
  }
  if (!isPromise(value)) return value
  const waited = value
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(tooLong(what, ms))
    }, ms)
    // A port may answer anything that has a `then`.
    Promise.resolve(waited).then(
      (answer) => {
        clearTimeout(timer)
        resolve(answer)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(portError(what, code, error))
      },
    )
  })
}

function tooLong(what: string, ms: number): BothKeysError {
  return new BothKeysError('ERR_DEADLINE', `${what} took longer than ${String(ms)} ms, so nothing ran`)
}

function portError(what: string, code: ErrorCode, error: unknown): BothKeysError {
  if (error instanceof BothKeysError) return error
  return new BothKeysError(code, `${what} failed, so nothing ran`, { cause: error })
}
