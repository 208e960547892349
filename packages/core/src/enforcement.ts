import type { ProveAction } from './action-proofs.js'
import type { ApprovalCoordinator } from './approvals/coordinator.js'
import type { DenialPorts } from './deny-action.js'
import type { DutyReservation } from './duty-reservation.js'
import type { GlassKeeper } from './glass/glass-keeper.js'
import type { GrantKeeper } from './grants/grant-keeper.js'
import type { Clock } from './model/clock.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { ObserverEvents } from './observers.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { Journal } from './record/journal.js'
import type { ResultMasking } from './result-masks.js'
import type { SeenIdentities } from './seen-identities.js'

/** Everything the one path needs. Built by the guard alone. */
export interface Enforcement extends DenialPorts {
  readonly engine: string
  readonly policyNow: () => CompiledPolicy
  readonly journal: Journal
  readonly approvals: ApprovalCoordinator
  readonly clock: Clock
  readonly duties: DutyReservation
  /** What lifts holds without an approval. */
  readonly glass: Pick<GlassKeeper, 'lifting' | 'stands' | 'isOpen'>
  /** What people granted, and where targets ended. */
  readonly grants: Pick<GrantKeeper, 'useFor' | 'counts'>
  readonly seen: SeenIdentities
  readonly prove: ProveAction
  readonly masking: ResultMasking
  readonly observe: <Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]) => void
  /** Resolves when what is known of revocations is fresh enough to decide by; nothing when it is. */
  readonly revocationsFresh: () => MaybePromise<void>
  /** How long the journal or the ledger may take before nothing runs. */
  readonly deadlineMs: number
}
