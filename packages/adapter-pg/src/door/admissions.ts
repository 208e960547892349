import type { MaybePromise } from '@bothkeys/core/adapter'
import { BothKeysError, isPromise } from '@bothkeys/core/adapter'

/** The statements of one connection that wait for their decision, and what makes them stop waiting. */
export class Admissions {
  #abort = new AbortController()
  readonly #asking = new AbortController()
  #waiting = false

  /** Aborted when people are not waited for any more. What needs nobody goes on. */
  get asking(): AbortSignal {
    return this.#asking.signal
  }

  /** Withdraws what waits for people, for this reason, and lets nothing wait for them from now on. */
  stopAsking(reason: BothKeysError): void {
    this.#asking.abort(reason)
  }

  /** Whether a statement waits for its decision. */
  get waiting(): boolean {
    return this.#waiting
  }

  /** Marks the time that a step takes. The signal is aborted when `giveUp` is called meanwhile. */
  during<T>(step: (signal: AbortSignal) => MaybePromise<T>): MaybePromise<T> {
    const decided = (): void => {
      this.#waiting = false
    }
    this.#waiting = true
    let answer: MaybePromise<T>
    try {
      answer = step(this.#abort.signal)
    } catch (error) {
      decided()
      throw error
    }
    if (isPromise(answer)) return answer.finally(decided)
    decided()
    return answer
  }

  /** Withdraws what waits. `forGood` says that whatever comes later is withdrawn, too. */
  giveUp(message: string, forGood: boolean): void {
    const abort = this.#abort
    if (!forGood) this.#abort = new AbortController()
    abort.abort(new BothKeysError('ERR_APPROVAL_WITHDRAWN', message, { hint: 'send the statement again' }))
  }
}
