import { conflicts, mandatoryDimensions, requiredDimensions, unknownDimensions } from '../duties/independence.js'
import type { CanonicalFragment } from '../model/canonical-json.js'
import type { IndependenceDimension } from '../model/decision.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { Living } from '../still-live.js'
import type { BreakGlassOptions } from './break-glass-options.js'
import type { UnreviewedGlass } from './glass-facts.js'
import { isOverAt } from './glass-facts.js'
import { glassRefused, overdue, unreviewed } from './glass-refusals.js'

/** The session that breaks glass. */
export interface GlassBreaker extends Living {
  readonly sessionId: string
  readonly principal: Principal
  readonly principalRecord: CanonicalFragment
  /** The roles that the session has at this moment. */
  roles(): readonly string[]
  /** Counts what the session writes to the journal. */
  spend(characters: number): void
}

/** Whether a rule lets somebody with these roles break glass on a target. */
export function allowsGlass(
  rule: GlassRule,
  target: string,
  who: { readonly kind: Principal['kind']; readonly roles: readonly string[] },
): boolean {
  if (rule.from === 'humans' && who.kind !== 'human') return false
  return rule.targets.has(target) && who.roles.includes(rule.role)
}

/** Whether somebody with these roles could break glass by a rule, wherever it is for, and somebody could be shown to review it. */
export function canBreak(
  rule: GlassRule,
  principal: Principal,
  who: { readonly kind: Principal['kind']; readonly roles: readonly string[] },
): boolean {
  return (
    [...rule.targets].some((target) => allowsGlass(rule, target, who)) && unreviewable(rule, principal).length === 0
  )
}

/** The one rule that lets somebody do what they ask for. Throws ERR_GLASS_REFUSED. Nothing is cut to fit. */
export function ruleFor(
  policy: CompiledPolicy,
  { forMs, rule: named, target }: BreakGlassOptions,
  who: { readonly kind: Principal['kind']; readonly roles: readonly string[] },
): GlassRule {
  const rules = [...(policy.glassRules?.values() ?? [])].filter(
    (rule) => (named === undefined || rule.id === named) && allowsGlass(rule, target, who),
  )
  const [rule] = rules
  if (rule === undefined)
    throw glassRefused('no rule of the policy lets this session break it there', [], 'ask somebody who may')
  const ids = rules.map(({ id }) => id)
  if (rules.length > 1) throw glassRefused('several rules would let the session', ids, 'name one of them as rule')
  if (forMs !== undefined && forMs > rule.forMs)
    throw glassRefused('the rule does not let anybody break it for so long', ids, 'ask for a shorter forMs')
  return rule
}

/** Throws ERR_GLASS_REFUSED for somebody of whom nobody could be shown to be independent: it would never be reviewed. */
export function assertReviewable(rule: GlassRule, principal: Principal): void {
  const unknown = unreviewable(rule, principal)
  if (unknown.length === 0) return
  throw glassRefused(
    `nobody could review it, because this principal's ${unknown.join(', ')} is not known`,
    [rule.id],
    'have the identity provider or the directory name it',
  )
}

/** What of somebody has to be known for a review, and is not. */
function unreviewable(rule: GlassRule, principal: Principal): readonly IndependenceDimension[] {
  return unknownDimensions(principal, requiredDimensions(rule.review.independent))
}

/** Throws ERR_GLASS_UNREVIEWED while something that was broken before has to be reviewed first. */
export function assertReviewed(
  rule: GlassRule,
  principal: Principal,
  others: readonly UnreviewedGlass[],
  nowMs: number,
): void {
  for (const { breaker, facts } of others) {
    if (conflicts(breaker.party, principal, mandatoryDimensions).length > 0) throw unreviewed(facts)
  }
  const late = others.find(
    (other) => other.facts.rule === rule.id && isOverAt(other, nowMs) && nowMs > Date.parse(other.facts.reviewBy),
  )
  if (late !== undefined) throw overdue(late.facts)
}
