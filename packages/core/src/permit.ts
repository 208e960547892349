import { affectedExceeded } from './affected.js'
import { withDeadline } from './deadline.js'
import type { HandedOut } from './duties/claims.js'
import type { MeasureHandedOut } from './duty-reservation.js'
import { BothKeysError } from './errors.js'
import type { Grounds } from './lapsed.js'
import { areSame } from './lapsed.js'
import type { Clock } from './model/clock.js'
import type { AffectedBound } from './model/decision.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { ResultMasks } from './model/result-masks.js'
import { isPromise, letGo } from './model/maybe-promise.js'
import type { Outcome } from './outcome.js'
import type { OutcomeContext, RecordedAction, RecordedOutcome } from './record-outcome.js'
import { recordOutcome } from './record-outcome.js'
import type { Refusal } from './refusal.js'
import { begunTooLate, refusalError, revocationsUnknown } from './refusal.js'
import type { Requester } from './requester.js'
import type { CountedMasks } from './result-masks.js'
import { assertLive } from './still-live.js'

/** What bounds an action while it runs. */
export interface PermitLimits {
  /** The most rows that it may change. */
  readonly affected: AffectedBound | undefined
  /** Counts what it is handed out, where a limit does. */
  readonly measure: MeasureHandedOut | undefined
  /** What becomes of its result, where a policy masks something of the target. */
  readonly masks?: CountedMasks | undefined
  /** Why what let it through no longer counts, if so. Waits for nothing. */
  readonly lapsed: () => Refusal | undefined
  /** What let it through. */
  readonly grounds: Grounds
  /** By whose monotonic time it has to begin. */
  readonly clock: Clock
  /** Begins a look at what is revoked, where the last one is too old to go by. */
  readonly revocationsFresh: () => MaybePromise<void>
}

/** How long an action may wait before it begins while nobody could tell what was revoked. */
const unseenMs = 1_000

/**
 * The right to run one recorded action once. `use` comes right before the first byte leaves, `run` right before the target
 * is asked to run it, or to run it on, where that is later, and `settle` before the final answer is released.
 */
export class Permit {
  /** The id of the action, under which its intent is recorded. */
  readonly actionId: string
  /** What the door makes of the result before anybody sees it. Undefined: the policy masks nothing at this target. */
  readonly masks: ResultMasks | undefined
  readonly #masks: CountedMasks | undefined
  readonly #action: RecordedAction
  readonly #requester: Requester
  readonly #on: OutcomeContext
  readonly #bound: AffectedBound | undefined
  readonly #measure: MeasureHandedOut | undefined
  readonly #lapsed: PermitLimits['lapsed']
  readonly #grounds: Grounds
  readonly #clock: Clock
  readonly #revocationsFresh: PermitLimits['revocationsFresh']
  readonly #issuedMs: number
  readonly #issuedWallMs: number
  #begun = false
  #void: Refusal | undefined
  #exceeded = false
  #rows = 0
  #bytes = 0
  #state: 'issued' | 'used' | 'settled' = 'issued'

  constructor(action: RecordedAction, requester: Requester, on: OutcomeContext, limits: PermitLimits) {
    this.actionId = action.id
    this.#action = action
    this.#requester = requester
    this.#on = on
    this.#bound = limits.affected
    this.#measure = limits.measure
    this.masks = limits.masks
    this.#masks = limits.masks
    this.#lapsed = limits.lapsed
    this.#grounds = limits.grounds
    this.#clock = limits.clock
    this.#revocationsFresh = limits.revocationsFresh
    this.#issuedMs = limits.clock.monotonicMs()
    this.#issuedWallMs = limits.clock.wallMs()
  }

  /** Whether limits count what the action is handed out: the door asks `handOut` before it hands anything out. */
  get measured(): boolean {
    return this.#measure !== undefined
  }

  /**
   * Counts rows, and the bytes that they take, right before they are handed out; they may be when this resolves. Rejects
   * with ERR_LIMIT_EXCEEDED when they are more than a limit leaves, with ERR_INTERNAL for numbers that count nothing, and as
   * the ledger does. Nothing more of the action may be handed out then. One call at a time.
   */
  async handOut({ bytes, rows }: HandedOut): Promise<void> {
    this.assertLive()
    if (this.#measure === undefined) return
    // Less than nothing would make room, and what is no number is above no limit.
    if (![bytes, rows].every(isCount)) {
      throw new BothKeysError('ERR_INTERNAL', 'what is handed out has to be counted in whole numbers')
    }
    const refusal = await withDeadline(this.#measure({ bytes, rows }), 'the ledger', this.#on.deadlineMs, undefined)
    if (refusal !== undefined) throw refusalError(refusal)
    this.#rows += rows
    this.#bytes += bytes
    this.assertLive()
  }

  /** The most rows that the action may change. A door that finds more undoes them and answers `affectedExceeded`. */
  get maxAffected(): number | undefined {
    return this.#bound?.rows
  }

  /**
   * The refusal of an action that changed `count` rows, more than `maxAffected`, and was undone; Infinity when the target
   * did not say how many. The outcome is recorded with that reason. Throws ERR_INTERNAL when the action has no bound.
   */
  affectedExceeded(count: number): Refusal {
    if (this.#bound === undefined)
      throw new BothKeysError('ERR_INTERNAL', 'the action has no bound that it could exceed')
    this.#exceeded = true
    return affectedExceeded(this.#bound, count)
  }

  /**
   * Spends the permit. Throws ERR_PERMIT_SPENT the second time, why the session ended when it did, and ERR_PERMIT_VOID when
   * what let the action through no longer counts.
   */
  use(): void {
    if (this.#state !== 'issued') {
      throw new BothKeysError('ERR_PERMIT_SPENT', 'this permit was used already', {
        hint: 'send the action again: it is decided anew',
      })
    }
    this.assertLive()
    this.#assertCounts()
    this.#state = 'used'
  }

  /**
   * Comes right before the target is asked to run the action, or to run it on, where others could come between that and the
   * decision: before each Execute of a portal. Throws why the session ended when it did, and ERR_PERMIT_VOID when another
   * policy is in force, when the approval, the grant or the broken glass that let it through is over, and when the action
   * has not begun within the guard's deadline, or within a second where nobody can tell what was revoked since. What is void
   * stays void. Costs no look at the ledger.
   */
  run(): void {
    this.assertLive()
    this.#assertCounts()
    if (!this.#begun) this.#assertInTime()
    this.#begun = true
  }

  /** What waited may have been revoked elsewhere, where the ledger is out or this process stood still. */
  #assertInTime(): void {
    const waitedMs = this.#clock.monotonicMs() - this.#issuedMs
    // Also when the clock is broken and tells no number.
    if (!(waitedMs < this.#on.deadlineMs)) this.#refuse(begunTooLate(this.#on.deadlineMs))
    // The monotonic clock of a machine that sleeps stands still.
    const unlookedMs = Math.max(waitedMs, this.#clock.wallMs() - this.#issuedWallMs)
    const looking = unlookedMs < unseenMs ? undefined : this.#revocationsFresh()
    if (!isPromise(looking)) return
    letGo(looking)
    this.#refuse(revocationsUnknown)
  }

  /**
   * Comes right before the target is asked to do what it left for the end of the transaction that the action ran in. Throws
   * as `run` does, however long ago the action began.
   */
  assertCounts(): void {
    this.assertLive()
    this.#assertCounts()
  }

  /** Whether both permits are void when one is: the same policy, approval, grant and broken glass let their actions through. */
  countsLike(other: Permit): boolean {
    return this.#requester === other.#requester && areSame(this.#grounds, other.#grounds)
  }

  #assertCounts(): void {
    const refusal = this.#void ?? this.#lapsed()
    if (refusal !== undefined) this.#refuse(refusal)
  }

  #refuse(refusal: Refusal): never {
    this.#void = refusal
    throw refusalError(refusal)
  }

  /** Throws when the session ended: for what is handed out while the action runs. */
  assertLive(): void {
    assertLive(this.#requester)
  }

  /**
   * Records how the action ended. The caller keeps the final answer back until this is done.
   * A second call does nothing. When it cannot be recorded within the guard's deadline, the session ends and this
   * rejects with ERR_OUTCOME_UNRECORDED.
   */
  settle(outcome: Outcome): MaybePromise<void> {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    const recorded = recordOutcome(this.#on, this.#requester, this.#action, {
      outcome: outcome.outcome,
      result: outcome.result,
      rows: outcome.rows,
      error: outcome.error,
      reference: outcome.reference,
      reason: this.#reasonFor(outcome),
      handedOut: this.#measure && { bytes: this.#bytes, rows: this.#rows },
      masked: this.#masks?.noted(),
    })
    this.#on.observe('settled', { session: this.#requester.sessionId, action: this.actionId, outcome })
    return recorded
  }

  #reasonFor({ outcome }: Outcome): RecordedOutcome['reason'] {
    if (this.#void !== undefined && outcome === 'not-run') return 'ended'
    return this.#exceeded ? 'affected-exceeded' : undefined
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
