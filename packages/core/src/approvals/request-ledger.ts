import { BothKeysError } from '../errors.js'
import type { LedgerEntry } from '../ledger/ledger.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { Proof } from './evidence.js'
import type { ExcusedRule } from '../duties/claim.js'
import type { IndependentParty } from '../duties/independence.js'
import type { ClaimConflict, ClaimsToJoin } from '../ledger/reserve.js'
import type { LedgerPlan } from '../ledger/update.js'
import { ledgerTime } from '../ledger/ledger-time.js'
import { updateLedger } from '../ledger/update.js'
import type { Place } from './pending-index.js'
import { alreadyWaiting, enter, leave, requestKey } from './pending-index.js'
import type { RequestEnd, StoredRequest, StoredVote } from './stored-request.js'
import {
  parseStored,
  stateOf,
  storedValue,
  withEnd,
  withHolder,
  withVote,
  withoutSubmission,
} from './stored-request.js'

/** What is to be reserved in the commit that spends an approval: asked for right before it, with everybody who said yes. */
export type ClaimWithApproval = (approvers: readonly IndependentParty[]) => Promise<ClaimsToJoin>

/** What consuming came to: the result of the check, or the state that the request was in already. */
export type Consumption<T> =
  | { readonly consumed: T; readonly excused: readonly ExcusedRule[] }
  | { readonly conflict: ClaimConflict }
  | { readonly refused: RequestEnd }
  | { readonly kept: true }
  | { readonly waiting: true }

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
    const caps = { perClosure: limits.pendingPerClosure, overall: limits.pending }
    try {
      this.#keptUntilMs = await enter(ledger, deadlineMs, this.#place, caps)
    } catch (error) {
      // It may be there, and keep the same action from being asked about again until its time is over.
      if (error instanceof BothKeysError && error.code === 'ERR_LEDGER_UNKNOWN')
        await this.leave(false).catch(() => undefined)
      throw error
    }
  }

  /**
   * Takes a request over that its holder left behind, instead of entering one. Throws ERR_LIMIT_EXCEEDED when somebody else
   * did, or it is not pending any more.
   */
  async takeOver(from: StoredRequest): Promise<void> {
    const { deadlineMs, ledger, leaseMs } = this.#on
    const nowMs = await ledgerTime(ledger, deadlineMs)
    this.#keptUntilMs = from.keptUntilMs
    await this.#updateAny<void>((stored) => {
      const isLeft = stored?.holder === from.holder && stateOf(stored) === 'pending' && stored.heldUntilMs <= nowMs
      if (!isLeft) throw alreadyWaiting()
      return this.#changed(withHolder(stored, this.#place.holder, nowMs + (leaseMs ?? 0)), undefined)
    })
  }

  /** Stays the holder for another while. */
  async renew(leaseMs: number): Promise<void> {
    const nowMs = await ledgerTime(this.#on.ledger, this.#on.deadlineMs)
    await this.#update<void>((stored) =>
      stored === undefined
        ? unchanged(undefined)
        : this.#changed({ ...stored, heldUntilMs: nowMs + leaseMs }, undefined),
    )
  }

  /** What the ledger holds of the request: undefined when it is gone, `elsewhere` when another process holds it. */
  async read(): Promise<StoredRequest | 'elsewhere' | undefined> {
    return this.#updateAny((stored) => unchanged(this.#isElsewhere(stored) ? 'elsewhere' : stored))
  }

  /**
   * Adds a vote, in one commit with the note that its evidence was used: the same evidence never counts twice. A vote that
   * another process took in leaves the submissions with the same commit.
   */
  addVote(
    vote: StoredVote,
    proof: Proof | undefined,
    submitted?: string,
  ): Promise<'counted' | 'late' | 'already-voted' | 'already-used' | 'too-many-votes'> {
    const used = proof === undefined ? [] : [evidenceKey(proof)]
    return this.#update((stored, entries) => {
      if (stored === undefined) return unchanged('late')
      if (used.some((key) => isUsed(entries.get(key)?.value, submitted))) return unchanged('already-used')
      const next = withVote(withoutSubmission(stored, submitted), vote, this.#voteMaxAgeMs)
      if (typeof next === 'string') return unchanged(next)
      const notes = used.map((key) => ({ key, value: vote.id, expiresAtMs: this.#keptUntilMs }))
      return this.#changed(next, 'counted', notes)
    }, used)
  }

  /** Takes a submission away that is not counted. */
  drop(submitted: string): Promise<void> {
    return this.#update<void>((stored) => {
      if (stored === undefined || !stored.submitted.some(({ id }) => id === submitted)) return unchanged(undefined)
      return this.#changed(withoutSubmission(stored, submitted), undefined)
    })
  }

  /** Ends a pending request. Answers how it really ended: whoever came first. `elsewhere`: another process holds it, who may. */
  end(end: Exclude<RequestEnd, 'denied'>): Promise<RequestEnd | 'elsewhere'> {
    return this.#updateAny<RequestEnd | 'elsewhere'>((stored) => {
      if (this.#isElsewhere(stored)) return unchanged('elsewhere')
      if (stored === undefined) return unchanged(end)
      const next = withEnd(stored, end)
      return typeof next === 'string' ? unchanged(next) : this.#changed(next, end)
    })
  }

  /**
   * Spends the request if it is pending and `check` finds what it relies on. Of any number of callers in any number of
   * processes exactly one gets `consumed`. `kept`: the check found nothing, and the request is as it was.
   * `waiting`: another process took evidence in that was not examined yet, and it could be a no. What is `claimed` with it
   * is reserved in the same commit (RULES 15); where that conflicts, nothing is spent.
   */
  consume<T>(
    check: (stored: StoredRequest) => T | undefined,
    claimed: ClaimsToJoin = nothingClaimed,
  ): Promise<Consumption<T>> {
    return this.#update<Consumption<T>>((stored, entries) => {
      if (stored === undefined) return unchanged({ refused: 'expired' })
      const next = withEnd(stored, 'consumed')
      if (typeof next === 'string') return unchanged({ refused: next })
      if (stored.submitted.length > 0) return unchanged({ waiting: true })
      const checked = check(stored)
      if (checked === undefined) return unchanged({ kept: true })
      const judged = claimed.judge(entries)
      if ('conflict' in judged) return unchanged({ conflict: judged.conflict })
      return this.#changed(next, { consumed: checked, excused: judged.excused }, judged.write)
    }, claimed.keys)
  }

  /** Gives the place among the pending requests back; a spent request is kept. */
  leave(spent: boolean): Promise<void> {
    return leave(this.#on.ledger, this.#on.deadlineMs, this.#place, spent)
  }

  /** A request that has another holder is none of ours. */
  #update<T>(plan: Plan<T>, others: readonly string[] = []): Promise<T> {
    return this.#updateAny((stored, entries) => plan(this.#isElsewhere(stored) ? undefined : stored, entries), others)
  }

  #isElsewhere(stored: StoredRequest | undefined): boolean {
    return stored !== undefined && stored.holder !== this.#place.holder
  }

  #updateAny<T>(plan: Plan<T>, others: readonly string[] = []): Promise<T> {
    const { deadlineMs, ledger } = this.#on
    return updateLedger(ledger, deadlineMs, [this.#key, ...others], (entries) =>
      plan(parseStored(entries.get(this.#key)?.value), entries),
    )
  }

  #changed<T>(next: StoredRequest, result: T, notes: LedgerPlan<T>['write'] = []): LedgerPlan<T> {
    return { write: [{ key: this.#key, value: storedValue(next), expiresAtMs: this.#keptUntilMs }, ...notes], result }
  }
}

const nothingClaimed: ClaimsToJoin = { keys: [], judge: () => ({ write: [], excused: [] }) }

type Plan<T> = (stored: StoredRequest | undefined, entries: ReadonlyMap<string, LedgerEntry>) => LedgerPlan<T>

/** Evidence is used when it is noted, unless it is for this very submission. */
function isUsed(noted: SnapshotValue | undefined, submitted: string | undefined): boolean {
  return noted !== undefined && noted !== submitted
}

/** Under which evidence is noted as used. */
export function evidenceKey({ key }: Pick<Proof, 'key'>): string {
  return `approval/evidence/${key}`
}

function unchanged<T>(result: T): LedgerPlan<T> {
  return { write: [], result }
}
