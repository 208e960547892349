import type { StandingNow } from '../identity/standing.js'
import type { Ledger } from '../ledger/ledger.js'
import type { Clock } from '../model/clock.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { Journal } from '../record/journal.js'
import type { Approver } from './approver.js'
import type { CountedVote } from './evidence.js'
import type { HoldRequest } from './request.js'

/** The caps of approvals. */
export interface ApprovalLimits {
  /** Pending requests of everybody who shares an account, a person, a root run or a key. Default 20. */
  readonly pendingPerClosure: number
  /** Pending requests of everybody. Default 200. */
  readonly pending: number
}

/** Defaults of `ApprovalLimits`. */
export const defaultLimits: ApprovalLimits = Object.freeze({
  pendingPerClosure: 20,
  pending: 200,
})

/** What approvals need from outside. */
export interface ApprovalPorts {
  /** The guard's own name, which evidence has to be made for. */
  readonly engine: string
  readonly ledger: Ledger
  readonly journal: Journal
  readonly approvers: readonly Approver[]
  readonly clock: Clock
  /** The policy in force; its digest says whether a request still stands. */
  readonly policyNow: () => CompiledPolicy
  /** Where a principal stands in the directory now. Default: as it was verified. Throwing refuses. */
  readonly standingNow: StandingNow
  /** Whether a principal is revoked, or a sub-agent whose session ended. Default: nobody is. */
  readonly isRevoked: (principal: Principal) => boolean
  /**
   * Whether somebody may decide the request as far as what happened before goes; a yes is reserved as their duty `approve`.
   * Answers the rule that speaks against it. Default: none does. Throwing ends the request.
   */
  readonly mayVote: (hold: HoldRequest, vote: CountedVote) => MaybePromise<string | undefined>
  readonly limits: ApprovalLimits
  /**
   * How long a process keeps a request to itself without a sign of life, after which another one that knows its key may take
   * it over. Undefined: for as long as the request lives.
   */
  readonly leaseMs: number | undefined
  /** How long the ledger, the journal or `standingNow` may take before nothing runs. */
  readonly deadlineMs: number
  /** Told of each request once it is on record. What it throws changes nothing. */
  readonly onHeld: (event: HeldEvent) => void
  /** Told of failures that changed nothing or led to a refusal: approvers that threw, events that were not recorded. */
  readonly onFailure: (session: string, cause: unknown) => void
}

/** A request that approvers are being asked about. */
export interface HeldEvent {
  readonly session: string
  readonly request: string
  readonly digest: string
  readonly rules: readonly string[]
}
