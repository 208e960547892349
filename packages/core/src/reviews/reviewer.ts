import type { IndependentParty } from '../duties/independence.js'
import { conflicts, requiredDimensions } from '../duties/independence.js'
import type { Standing } from '../identity/standing.js'
import type { GlassReviewRule } from '../model/glass-rule.js'

/** Why a review is not counted. */
export interface NotCounted {
  readonly reason: string
  readonly detail?: string
}

/**
 * What keeps a person from reviewing what somebody broke: something that they share with them, or the missing role. Undefined:
 * nothing. Pure.
 */
export function reviewingAgainst(
  { independent, role }: Pick<GlassReviewRule, 'independent' | 'role'>,
  breaker: IndependentParty,
  standing: Standing,
): NotCounted | undefined {
  const shared = conflicts(breaker, standing.principal, requiredDimensions(independent))
  if (shared.length > 0) return { reason: 'not-independent', detail: shared.join(', ') }
  return standing.roles.includes(role) ? undefined : { reason: 'no-role' }
}
