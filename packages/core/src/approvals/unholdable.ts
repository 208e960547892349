import { requiredDimensions, unknownDimensions } from '../duties/independence.js'
import { isPrincipal } from '../identity/make-principal.js'
import { maxSeats } from '../model/decision.js'
import { isAtLeast } from '../model/level.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { Approver } from './approver.js'
import type { Ending } from './ending.js'
import { canBeSeen } from './hidden-values.js'
import type { HeldCall } from './request.js'
import { fitsView } from './request.js'

/**
 * Answers why asking would be in vain, so that nobody waits for an approval that can never come; undefined when it may.
 * A requirement of nothing is an error, never a pass.
 */
export function unholdable(hold: HeldCall, approvers: readonly Approver[], policy: CompiledPolicy): Ending | undefined {
  const { level, stages, ttlMs, voteMaxAgeMs } = hold.requirement
  if (!isPrincipal(hold.requester)) return unavailable('the requester is not a verified principal')
  if (policy.digest !== hold.policyDigest) return { end: 'void', why: 'the policy changed' }
  const counts = stages.map((stage) => stage.count)
  const seats = counts.every((count) => Number.isInteger(count) && count > 0) ? counts.reduce((a, b) => a + b, 0) : 0
  if (seats === 0 || seats > maxSeats) {
    return unavailable(`the rule must ask for 1 to ${String(maxSeats)} votes`, 'correct "require" in the policy')
  }
  if (isAtLeast(level, 'signed') && hold.hidden !== undefined && !canBeSeen(hold.hidden)) {
    const rules = hold.hidden.rules.map(({ rule }) => rule).join(' and ')
    return unavailable(
      `${rules} masks values of the action, and nobody can approve at level ${level} what they may not see`,
      'name a role in `except` of the rule whose approvers may see them, or hold the action at a lower level',
    )
  }
  if (isAtLeast(level, 'signed') && !fitsView(hold)) {
    return unavailable(
      `the action is too long to be shown whole, and nobody can approve at level ${level} what they have not seen`,
      'send it in parts, or have it approved at a lower level',
    )
  }
  if (!(Number.isFinite(ttlMs) && ttlMs > 0)) return unavailable('the rule gives no time to decide', 'correct "ttl"')
  if (approvers.length === 0) {
    return unavailable(
      `there is no approver that can answer at level ${level}`,
      'add one to createGuard({ approvers })',
    )
  }
  if (!(voteMaxAgeMs > 0)) return unavailable('the rule lets no vote be old enough', 'correct "voteMaxAge"')
  const unknown = unknownDimensions(hold.requester, requiredDimensions(stages.flatMap((stage) => stage.independent)))
  if (unknown.length === 0) return undefined
  return unavailable(
    `nobody can be shown to be independent of the requester, whose ${unknown.join(' and ')} is unknown`,
    'have the verifier read who owns the agent (jwtVerifier: owners, agentClass)',
  )
}

function unavailable(why: string, hint?: string): Ending {
  const ending = {
    end: 'unavailable',
    code: 'ERR_APPROVAL_UNAVAILABLE',
    why: `approval is needed, but ${why}`,
  } as const
  return hint === undefined ? ending : { ...ending, hint }
}
