import type { Requester } from './requester.js'
import type { Action, Description } from './model/action.js'
import { CanonicalFragment } from './model/canonical-json.js'
import { sha256 } from './model/digest.js'
import type { TraceContext } from './model/trace.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { Refusal } from './refusal.js'
import { partsOf } from './request-digest.js'

/** How many distinct denials a session may have counted apart. */
const maxDistinct = 256
/** How many sessions that ended have what they still ask for counted apart. */
const maxEnded = 1_024

/** Stands for an action that has no canonical text: it is refused all the same, and that is on record. */
const unwritable = new CanonicalFragment({
  effects: [],
  operation: '',
  text: '(an action that cannot be written down)',
})

/**
 * Records refusals. Identical ones of a session are coalesced with a count (RULES 21): the 1st, 2nd, 4th, 8th …
 * are written, so that a flood costs the journal a logarithm of its size.
 */
export class DenialLog {
  readonly #journal: Journal
  readonly #onFailure: (cause: unknown) => void
  readonly #counts = new Map<string, Map<string, number>>()
  readonly #ended = new Map<string, number>()

  constructor(journal: Journal, onFailure: (cause: unknown) => void) {
    this.#journal = journal
    this.#onFailure = onFailure
  }

  /**
   * Records one refusal. An action that cannot be written down is recorded without its content, and a journal that fails
   * is reported; the refusal stands either way. Never throws. `intent`: the id that the action had in a request for approval on record.
   */
  record(
    requester: Requester,
    action: Action,
    policyDigest: string,
    refusal: Refusal,
    trace: TraceContext | undefined,
    intent?: string,
  ): void {
    try {
      const recordedAction = this.#recordedAction(action.description)
      const count = this.#count(requester.sessionId, recordedAction, refusal)
      if ((count & (count - 1)) !== 0) return
      requester.spend(recordedAction.text.length + requester.principalRecord.text.length)
      const recorded = this.#journal.append(
        {
          type: 'action.denied',
          session: requester.sessionId,
          trace,
          body: {
            action: recordedAction,
            actor: requester.principalRecord,
            code: refusal.code,
            count,
            intent,
            policy: policyDigest,
            rules: refusal.rules,
            state: action.stateEpoch,
            target: { kind: action.target.kind, name: action.target.name },
          },
        },
        'written',
      )
      void Promise.resolve(recorded).catch(this.#onFailure)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  /**
   * Records that somebody asks in a session that ended, or was never to ask there again: in the engine's chain, for the session's
   * own has its end. Counted as denials are. Never throws.
   */
  ended({ principalRecord, sessionId }: Requester, target: { readonly kind: string; readonly name: string }): void {
    try {
      const count = (this.#ended.get(sessionId) ?? 0) + 1
      if (count === 1 && this.#ended.size >= maxEnded) this.#ended.clear()
      this.#ended.set(sessionId, count)
      if ((count & (count - 1)) !== 0) return
      const body = {
        actor: principalRecord,
        code: 'ERR_SESSION_CLOSED',
        count,
        of: sessionId,
        target: { kind: target.kind, name: target.name },
      }
      const recorded = this.#journal.append({ type: 'session.refused', session: engineSession, body }, 'written')
      void Promise.resolve(recorded).catch(this.#onFailure)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  /** The session is over: its counts are not needed any more. */
  forget(sessionId: string): void {
    this.#counts.delete(sessionId)
  }

  #recordedAction(description: Description): CanonicalFragment {
    try {
      return partsOf(description).recorded
    } catch (error) {
      this.#onFailure(error)
      return unwritable
    }
  }

  #count(sessionId: string, recordedAction: CanonicalFragment, refusal: Refusal): number {
    let counts = this.#counts.get(sessionId)
    if (counts === undefined) {
      counts = new Map()
      this.#counts.set(sessionId, counts)
    }
    // By its digest: what was refused may be long, and the session that sent it lasts.
    const key = sha256(`${refusal.code} ${refusal.rules.join(',')} `, recordedAction.text)
    const count = (counts.get(key) ?? 0) + 1
    if (count === 1 && counts.size >= maxDistinct) counts.clear()
    counts.set(key, count)
    return count
  }
}
