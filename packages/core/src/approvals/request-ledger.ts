import type { LedgerEntry } from '../ledger/ledger.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { LedgerPlan } from './ledger-update.js'
import { updateLedger } from './ledger-update.js'
import type { Place } from './pending-index.js'
import { enter, leave, requestKey } from './pending-index.js'
import type { RequestEnd, StoredRequest, StoredVote } from './stored-request.js'
import { parseStored, storedValue, withEnd, withVote } from './stored-request.js'

/** What consuming came to: the result of the check, or the state that the request was in already. */
export type Consumption<T> = { readonly consumed: T } | { readonly refused: RequestEnd } | { readonly kept: true }

/** One request's entry in the ledger. Every method is one compare-and-set and throws as `updateLedger` does. */
export class RequestLedger {
  readonly #on: ApprovalPorts
  readonly #place: Place
  readonly #key: string
  readonly #voteMaxAgeMs: number
  #keptUntilMs = 0

  constructor(on: ApprovalPorts, place: Place, voteMaxAgeMs: number) {
    this.#on = on
    this.#place = place
    this.#key = requestKey(place.id)
    this.#voteMaxAgeMs = voteMaxAgeMs
  }

  /** Enters the request. Throws ERR_LIMIT_EXCEEDED when a cap is reached. */
  async enter(): Promise<void> {
    const { deadlineMs, ledger, limits } = this.#on
    this.#keptUntilMs = await enter(ledger, deadlineMs, this.#place, {
      perRun: limits.pendingPerRun,
      overall: limits.pending,
    })
  }

  addVote(vote: StoredVote): Promise<'counted' | 'late' | 'already-voted' | 'too-many-votes'> {
    return this.#update((stored) => {
      if (stored === undefined) return unchanged('late')
      const next = withVote(stored, vote, this.#voteMaxAgeMs)
      return typeof next === 'string' ? unchanged(next) : this.#changed(next, 'counted')
    })
  }

  /** Ends a pending request. Answers how it really ended: whoever came first. */
  end(end: Exclude<RequestEnd, 'denied'>): Promise<RequestEnd> {
    return this.#update<RequestEnd>((stored) => {
      if (stored === undefined) return unchanged(end)
      const next = withEnd(stored, end)
      return typeof next === 'string' ? unchanged(next) : this.#changed(next, end)
    })
  }

  /**
   * Spends the request if it is pending and `check` finds what it relies on. Of any number of callers in any number of
   * processes exactly one gets `consumed`. `kept`: the check found nothing, and the request is as it was.
   */
  consume<T>(check: (stored: StoredRequest) => T | undefined): Promise<Consumption<T>> {
    return this.#update<Consumption<T>>((stored) => {
      if (stored === undefined) return unchanged({ refused: 'expired' })
      const next = withEnd(stored, 'consumed')
      if (typeof next === 'string') return unchanged({ refused: next })
      const checked = check(stored)
      return checked === undefined ? unchanged({ kept: true }) : this.#changed(next, { consumed: checked })
    })
  }

  /** Gives the place among the pending requests back; a spent request is kept. */
  leave(spent: boolean): Promise<void> {
    return leave(this.#on.ledger, this.#on.deadlineMs, this.#place, spent)
  }

  #update<T>(plan: (stored: StoredRequest | undefined) => LedgerPlan<T>): Promise<T> {
    const stored = (entries: ReadonlyMap<string, LedgerEntry>): StoredRequest | undefined =>
      parseStored(entries.get(this.#key)?.value)
    return updateLedger(this.#on.ledger, this.#on.deadlineMs, [this.#key], (entries) => plan(stored(entries)))
  }

  #changed<T>(next: StoredRequest, result: T): LedgerPlan<T> {
    return { write: [{ key: this.#key, value: storedValue(next), expiresAtMs: this.#keptUntilMs }], result }
  }
}

function unchanged<T>(result: T): LedgerPlan<T> {
  return { write: [], result }
}
