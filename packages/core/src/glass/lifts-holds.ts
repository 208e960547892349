import type { Description } from '../model/action.js'
import type { DecisionInput } from '../model/decision.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { CompiledPolicy } from '../policy/compiled.js'

/** A held action as glass looks at it, and what the policy was asked about it. */
export interface HeldBehindGlass {
  readonly description: Pick<Description, 'effects'>
  readonly input: DecisionInput
}

/**
 * Whether glass that was broken by a rule lifts the holds of an action, if the rule lets whoever broke it on its target: what
 * remains of the action without the duties of the rule is plainly allowed. Pure.
 */
export function liftsHolds(rule: GlassRule, policy: CompiledPolicy, { description, input }: HeldBehindGlass): boolean {
  const { effects } = description
  const rest = effects.filter(({ duty }) => !rule.duties.has(duty))
  if (rest.length === effects.length) return false
  return rest.length === 0 || policy.decide({ ...input, effects: rest }).effect === 'allow'
}
