import type { Requester } from './requester.js'
import type { Action, Description } from './model/action.js'
import type { Journal } from './record/journal.js'
import type { Refusal } from './refusal.js'
import { partsOf } from './request-digest.js'

/** How many distinct denials a session may have counted apart. */
const maxDistinct = 256

/**
 * Records refusals. Identical ones of a session are coalesced with a count (RULES 21): the 1st, 2nd, 4th, 8th …
 * are written, so that a flood costs the journal a logarithm of its size.
 */
export class DenialLog {
  readonly #journal: Journal
  readonly #onFailure: (cause: unknown) => void
  readonly #counts = new Map<string, Map<string, number>>()

  constructor(journal: Journal, onFailure: (cause: unknown) => void) {
    this.#journal = journal
    this.#onFailure = onFailure
  }

  /** Records one refusal. A journal that fails is reported; the refusal stands either way. */
  record(requester: Requester, action: Action, policyDigest: string, refusal: Refusal): void {
    const count = this.#count(requester.sessionId, action.description, refusal)
    if ((count & (count - 1)) !== 0) return
    requester.spend(partsOf(action.description).recorded.text.length + requester.principalRecord.text.length)
    try {
      const recorded = this.#journal.append(
        {
          type: 'action.denied',
          session: requester.sessionId,
          body: {
            action: partsOf(action.description).recorded,
            actor: requester.principalRecord,
            code: refusal.code,
            count,
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

  /** The session is over: its counts are not needed any more. */
  forget(sessionId: string): void {
    this.#counts.delete(sessionId)
  }

  #count(sessionId: string, description: Description, refusal: Refusal): number {
    let counts = this.#counts.get(sessionId)
    if (counts === undefined) {
      counts = new Map()
      this.#counts.set(sessionId, counts)
    }
    const key = `${refusal.code} ${refusal.rules.join(',')} ${partsOf(description).recorded.text}`
    const count = (counts.get(key) ?? 0) + 1
    if (count === 1 && counts.size >= maxDistinct) counts.clear()
    counts.set(key, count)
    return count
  }
}
