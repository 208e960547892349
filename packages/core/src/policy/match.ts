import type { ApprovalLevel } from '../model/decision.js'
import type { AttributeValue, Effect } from '../model/effect.js'
import { isAtLeast } from '../model/level.js'
import { patternMatches } from './pattern-relations.js'
import { parseResource } from './resource-pattern.js'
import type { AllowRule, Condition, Scope } from './rules.js'

/**
 * Whether an effect has the attributes that an allow rule asks for. Where an attribute is a list, each of its members
 * must be one that the rule names: a list with anything else in it is not allowed.
 */
export function allConditionsHold(rule: Scope, effect: Effect): boolean {
  return (
    rule.when.length === 0 ||
    rule.when.every(({ attribute, values }) => {
      const value = attributeOf(effect, attribute)
      if (isList(value)) return value.length > 0 && value.every((member) => values.has(member))
      return value !== undefined && values.has(value)
    })
  )
}

/**
 * Whether an effect has the attributes that a deny or hold rule asks for. Where an attribute is a list, one member that
 * the rule names is enough: nothing escapes by being listed beside something harmless.
 */
export function anyConditionHolds(rule: Scope, effect: Effect): boolean {
  return (
    rule.when.length === 0 ||
    rule.when.every(({ attribute, values }) => {
      const value = attributeOf(effect, attribute)
      if (isList(value)) return value.some((member) => values.has(member))
      return value !== undefined && values.has(value)
    })
  )
}

/** Whether an allow rule speaks of the action's operation. */
export function operationFits(rule: AllowRule, operation: string): boolean {
  return rule.operations === undefined || rule.operations.has(operation)
}

/** Whether an identity is proven as strongly as an allow rule asks for. Where nobody says how it is, it is not. */
export function isProvenFor({ level }: Pick<AllowRule, 'level'>, proven: ApprovalLevel = 'asserted'): boolean {
  return level === undefined || isAtLeast(proven, level)
}

/** RULES 17: data that the decision did not see follows, and only a rule that says so lets it. */
export function isUnbound(effect: Effect): boolean {
  return attributeOf(effect, 'payload') === 'unbound'
}

/** Whether a rule names `payload: unbound` in its `when`. */
export function namesUnbound(rule: Scope): boolean {
  return rule.when.some((condition: Condition) => condition.attribute === 'payload' && condition.values.has('unbound'))
}

/** RULES 27: only a rule that names the resource without a wildcard allows it. */
export function isSensitive(effect: Effect): boolean {
  return attributeOf(effect, 'sensitive') === true
}

/** Looked up as an own property: the name comes from a policy, the effect from an adapter. */
export function attributeOf(effect: Effect, attribute: string): AttributeValue | undefined {
  return Object.hasOwn(effect.attributes, attribute) ? effect.attributes[attribute] : undefined
}

/** Whether an attribute is a list. */
export function isList(value: AttributeValue | undefined): value is readonly string[] {
  return typeof value === 'object'
}

/** What keeps a rule from being about an effect, in a few words; undefined when it is about it. */
export function missOf(
  rule: Scope,
  target: string,
  effect: Effect,
  conditionsHold: (rule: Scope, effect: Effect) => boolean,
): string | undefined {
  if (!rule.targets.has(target)) return 'it is about other targets'
  if (!rule.duties.has(effect.duty)) return `it is not about ${effect.duty}`
  const resource = parseResource(effect.resource)
  const named = rule.resources?.some((pattern) => resource !== undefined && patternMatches(pattern, resource))
  if (named === false) return `it is not about ${effect.resource}`
  return conditionsHold(rule, effect) ? undefined : 'the attributes are others than its when asks for'
}
