import type { Action, Description } from '../model/action.js'
import type { DecisionInput } from '../model/decision.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { allowsGlass } from './glass-breaker.js'

/** A held action as glass looks at it, and what the policy was asked about it. */
export interface HeldBehindGlass {
  readonly target: Pick<Action['target'], 'name'>
  readonly description: Pick<Description, 'effects'>
  readonly input: DecisionInput
}

/**
 * Whether glass that somebody broke by a rule lifts the holds of an action: the rule lets them, and what remains of the
 * action without the duties of the rule is plainly allowed. Pure.
 */
export function liftsHolds(
  rule: GlassRule,
  policy: CompiledPolicy,
  { description, input, target }: HeldBehindGlass,
  who: { readonly kind: Principal['kind']; readonly roles: readonly string[] },
): boolean {
  if (!allowsGlass(rule, target.name, who)) return false
  const { effects } = description
  const rest = effects.filter(({ duty }) => !rule.duties.has(duty))
  if (rest.length === effects.length) return false
  return rest.length === 0 || policy.decide({ ...input, effects: rest }).effect === 'allow'
}
