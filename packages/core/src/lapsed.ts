import type { ApprovalCoordinator, HeldAction } from './approvals/coordinator.js'
import type { GlassKeeper } from './glass/glass-keeper.js'
import { glassOver } from './glass/glass-refusals.js'
import type { LiveGlass } from './glass/open-glass.js'
import type { GrantKeeper } from './grants/grant-keeper.js'
import { grantOver } from './grants/grant-refusals.js'
import type { GrantUse } from './grants/open-grant.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { Refusal } from './refusal.js'
import { approvalOver, policyChanged, refusalFrom } from './refusal.js'

/** What lets an action through. */
export interface Grounds {
  /** The policy that it is decided under. */
  readonly policy: CompiledPolicy
  /** The approval that was spent for it. */
  readonly approved?: HeldAction | undefined
  /** The broken glass that lifts the hold. Undefined: nothing is held, or people approve. */
  readonly glass?: LiveGlass | undefined
  /** The use of a grant that lets a held action through. */
  readonly use?: GrantUse | undefined
}

interface Keepers {
  readonly policyNow: () => CompiledPolicy
  readonly approvals: Pick<ApprovalCoordinator, 'counts'>
  readonly glass: Pick<GlassKeeper, 'isOpen'>
  readonly grants: Pick<GrantKeeper, 'counts'>
}

/** Why what let an action through no longer counts, if so. Waits for nothing and asks no ledger. */
export function lapsed(on: Keepers, { approved, glass, policy, use }: Grounds): Refusal | undefined {
  if (glass !== undefined && !on.glass.isOpen(glass)) return refusalFrom(glassOver())
  if (use !== undefined && !on.grants.counts(use)) return refusalFrom(grantOver())
  // The very same, so that one which came back after another does not bring back what was decided under it.
  if (on.policyNow() !== policy) return policyChanged
  return approved === undefined || on.approvals.counts(approved) ? undefined : approvalOver
}

/** Whether two actions were let through by the very same. */
export function areSame(one: Grounds, other: Grounds): boolean {
  return (
    one.policy === other.policy && one.approved === other.approved && one.glass === other.glass && one.use === other.use
  )
}
