import { abortReason } from './deadline.js'
import { BothKeysError } from './errors.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import type { ObserverEvents } from './observers.js'
import type { Outcome } from './outcome.js'
import type { Journal } from './record/journal.js'
import type { Requester } from './requester.js'

/**
 * The right to run one recorded action once. `use` comes right before the first byte leaves, `settle` before the
 * final answer is released.
 */
export class Permit {
  readonly actionId: string
  readonly #requester: Requester
  readonly #journal: Journal
  readonly #observe: <Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]) => void
  #state: 'issued' | 'used' | 'settled' = 'issued'

  constructor(
    actionId: string,
    requester: Requester,
    journal: Journal,
    observe: <Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]) => void,
  ) {
    this.actionId = actionId
    this.#requester = requester
    this.#journal = journal
    this.#observe = observe
  }

  /** Spends the permit. Throws ERR_PERMIT_SPENT the second time and when the session ended. */
  use(): void {
    if (this.#state !== 'issued') {
      throw new BothKeysError('ERR_PERMIT_SPENT', 'this permit was used already', {
        hint: 'send the action again: it is decided anew',
      })
    }
    this.assertLive()
    this.#state = 'used'
  }

  /** Throws when the session ended: for actions that go on over several exchanges, such as a cursor. */
  assertLive(): void {
    if (this.#requester.signal.aborted) throw abortReason(this.#requester.signal)
  }

  /**
   * Records how the action ended. The caller keeps the final answer back until this is done.
   * A second call does nothing. Rejects or throws ERR_JOURNAL_UNAVAILABLE when it could not be recorded.
   */
  settle(outcome: Outcome): MaybePromise<void> {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    const recorded = this.#journal.append(
      {
        type: 'action.outcome',
        session: this.#requester.sessionId,
        body: {
          error: outcome.error,
          intent: this.actionId,
          outcome: outcome.outcome,
          result: outcome.result,
          rows: outcome.rows,
        },
      },
      'written',
    )
    this.#observe('settled', { session: this.#requester.sessionId, action: this.actionId, outcome })
    if (isPromise(recorded)) return recorded.then(() => undefined)
  }
}
