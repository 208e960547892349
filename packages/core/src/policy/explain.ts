import type { Decision, DecisionInput } from '../model/decision.js'
import type { DatasetWall, SeparatedDuties, SeparatedRoles, ActionLimit } from '../model/duty-rules.js'
import type { Effect } from '../model/effect.js'
import { ByteSearch, tooLongToSearch } from './byte-search.js'
import type { CompiledPolicy } from './compiled.js'
import { viewsOf } from './compile.js'
import { decide } from './decide.js'
import { guardDuties } from './duty-choice.js'
import {
  allConditionsHold,
  anyConditionHolds,
  isProvenFor,
  isSensitive,
  isUnbound,
  missOf,
  namesUnbound,
  operationFits,
} from './match.js'
import type { MaskRule } from './mask-rule.js'
import { alternatives, quoted } from './problem.js'
import { parseResource } from './resource-pattern.js'
import type { AllowRule, HoldRule, Restriction } from './rules.js'
import type { TextSearches } from './text-searches.js'
import type { Views } from './view.js'

/** One rule and whether it spoke on the action. */
export interface RuleTrace {
  /** The id of the rule, or its path where it has none. */
  readonly rule: string
  /** The key of the policy that it stands under. */
  readonly section: 'roles' | 'deny' | 'hold' | 'record' | 'separate' | 'limits' | 'mask'
  /** Whether it is about the action. */
  readonly applies: boolean
  /** Why, or what does not fit, in words. */
  readonly because: string
}

/** One effect, the rules that spoke on it, and what would have let it through. */
export interface EffectExplanation {
  /** The effect itself. */
  readonly effect: Effect
  /** The allow rules that cover it, by id. */
  readonly allowedBy: readonly string[]
  /** The deny rules that match it, by id. */
  readonly deniedBy: readonly string[]
  /** The hold rules that match it, by id. */
  readonly heldBy: readonly string[]
  /** Empty when the effect is plainly allowed. */
  readonly wouldAllow: readonly string[]
}

/** A decision and how it came about. */
export interface Explanation {
  /** What `decide` answers. */
  readonly decision: Decision
  /** In the order of the action's effects. */
  readonly effects: readonly EffectExplanation[]
  /** Every rule of the policy, also those that say nothing about the action. */
  readonly trace: readonly RuleTrace[]
}

/**
 * Explains what the policy decides for an action: every rule with its reason to speak or not, and for each effect what
 * would have let it through. Names rules and roles of the whole policy, so it is for holders of the duty `audit`, not
 * for the agent that was refused (RULES 13). Slower than `decide`: it looks at every rule.
 */
export function explain(policy: CompiledPolicy, input: DecisionInput): Explanation {
  return explainRules(viewsOf(policy), input)
}

/** The explanation from the rules themselves. */
export function explainRules(views: Views, input: DecisionInput): Explanation {
  const { rules, texts } = views
  return {
    decision: decide(views, input),
    effects: input.effects.map((effect) => explainEffect(views, input, effect)),
    trace: [
      ...[...rules.roles.values()].flat().map((rule) => trace('roles', rule.id, allowMisses(rule, input))),
      ...rules.deny.map((rule) => trace('deny', rule.id, restrictionMisses(rule, input, texts))),
      ...rules.hold.map((rule) => trace('hold', rule.id, restrictionMisses(rule, input, texts))),
      ...rules.record.map((rule) =>
        trace(
          'record',
          rule.id,
          missesOf(input, (effect) => missOf(rule, input.target.name, effect, anyConditionHolds)),
        ),
      ),
      ...rules.separatedDuties.map((rule) => trace('separate', rule.id, separationMiss(rule, input))),
      ...rules.chains.map((rule) => trace('separate', rule.id, separationMiss(rule, input))),
      ...rules.separatedRoles.map((rule) => trace('separate', rule.id, rolesMiss(rule, input))),
      ...rules.walls.map((rule) => trace('separate', rule.id, wallMiss(rule, input))),
      ...rules.limits.map((rule) => trace('limits', rule.id, limitMiss(rule, input))),
      ...rules.masks.map((rule) => trace('mask', rule.id, maskMiss(rule, input))),
    ],
  }
}

function explainEffect({ rules, texts }: Views, input: DecisionInput, effect: Effect): EffectExplanation {
  const allows = [...rules.roles.values()].flat()
  const allowedBy = allows.filter((rule) => allowMiss(rule, input, effect) === undefined)
  const deniedBy = rules.deny.filter((rule) => restrictionMiss(rule, input, effect, texts) === undefined)
  const heldBy = rules.hold.filter((rule) => restrictionMiss(rule, input, effect, texts) === undefined)
  return {
    effect,
    allowedBy: allowedBy.map((rule) => rule.id),
    deniedBy: deniedBy.map((rule) => rule.id),
    heldBy: heldBy.map((rule) => rule.id),
    wouldAllow: [
      ...deniedBy.map((rule) => `without the deny rule ${quoted(rule.id)}: ${rule.reason}`),
      ...(allowedBy.length > 0 ? [] : grants(allows, input, effect)),
      ...openHolds(effect, heldBy),
      ...heldBy.map(
        (rule) =>
          `after approval by ${alternatives(rule.requirement.stages.map(({ role }) => `role ${quoted(role)}`))} (hold rule ${quoted(rule.id)})`,
      ),
    ],
  }
}

/** Roles that would do, own rules that nearly do, and a rule to add. */
function grants(allows: readonly AllowRule[], input: DecisionInput, effect: Effect): readonly string[] {
  const others = allows.filter((rule) => allowMiss(rule, { ...input, roles: [rule.role] }, effect) === undefined)
  const near = allows.filter(
    (rule) => input.roles.includes(rule.role) && rule.targets.has(input.target.name) && rule.duties.has(effect.duty),
  )
  return [
    ...new Set(others.map((rule) => `with the role ${quoted(rule.role)} (rule ${rule.id})`)),
    ...near.map((rule) => `with ${rule.id} changed: ${allowMiss(rule, input, effect) ?? ''}`),
    ...(parseResource(effect.resource) === undefined
      ? ['nothing: its resource is malformed, which is a fault of the adapter']
      : [`with a new rule in one of its roles: ${ruleFor(input.target.name, effect)}`]),
  ]
}

function ruleFor(target: string, effect: Effect): string {
  const when = isUnbound(effect) ? ', when: { payload: unbound }' : ''
  return `{ target: ${target}, duty: ${effect.duty}, resource: '${effect.resource.replaceAll("'", "''")}'${when} }`
}

function openHolds(effect: Effect, holds: readonly HoldRule[]): readonly string[] {
  if (effect.duty === 'opaque' && holds.length === 0)
    return ['with a hold rule for the duty opaque: a person has to decide it']
  if (isUnbound(effect) && holds.length > 0 && !holds.some(namesUnbound))
    return ['with a hold rule whose when names payload: unbound']
  return []
}

function allowMisses(rule: AllowRule, input: DecisionInput): string | undefined {
  if (input.effects.length > 0) return missesOf(input, (effect) => allowMiss(rule, input, effect))
  if (!input.roles.includes(rule.role)) return 'the principal does not have its role'
  if (!rule.targets.has(input.target.name)) return 'it is about other targets'
  if (!operationFits(rule, input.operation)) return 'it is about other operations'
  const unproven = proofMiss(rule, input)
  if (unproven !== undefined) return unproven
  return [...rule.duties].every((duty) => guardDuties.has(duty)) ? 'it is about no duty of an adapter' : undefined
}

function proofMiss(rule: AllowRule, { level = 'asserted' }: DecisionInput): string | undefined {
  return isProvenFor(rule, level)
    ? undefined
    : `the identity is proven as ${level}, and it asks for ${rule.level ?? ''}`
}

function allowMiss(rule: AllowRule, input: DecisionInput, effect: Effect): string | undefined {
  if (!input.roles.includes(rule.role)) return 'the principal does not have its role'
  if (!operationFits(rule, input.operation)) return 'it is about other operations'
  const miss = missOf(rule, input.target.name, effect, allConditionsHold)
  if (miss !== undefined) return miss
  const unproven = proofMiss(rule, input)
  if (unproven !== undefined) return unproven
  if (parseResource(effect.resource) === undefined) return 'the resource is not written as kind:segment.segment'
  if (isSensitive(effect) && !namesLiterally(rule, input.target.name, effect))
    return 'the resource is sensitive and named by a wildcard only'
  return isUnbound(effect) && !namesUnbound(rule)
    ? 'unseen data follows and its when does not name payload: unbound'
    : undefined
}

function namesLiterally(rule: AllowRule, target: string, effect: Effect): boolean {
  const resources = rule.resources?.filter((pattern) => pattern.literal) ?? []
  return missOf({ ...rule, resources }, target, effect, allConditionsHold) === undefined
}

function restrictionMisses(rule: Restriction, input: DecisionInput, texts: TextSearches): string | undefined {
  if (!rule.aboutEffects && input.effects.length === 0) return wholeMiss(rule, input, texts)
  return missesOf(input, (effect) => restrictionMiss(rule, input, effect, texts))
}

function restrictionMiss(
  rule: Restriction,
  input: DecisionInput,
  effect: Effect,
  texts: TextSearches,
): string | undefined {
  return missOf(rule, input.target.name, effect, anyConditionHolds) ?? wholeMiss(rule, input, texts)
}

function wholeMiss(rule: Restriction, input: DecisionInput, texts: TextSearches): string | undefined {
  if (!rule.targets.has(input.target.name)) return 'it is about other targets'
  if (rule.roles !== undefined && !restrictedRoles(input).some((role) => rule.roles?.has(role)))
    return 'it is about other roles'
  const result = new ByteSearch(input, texts).of(rule)
  if (result === 'too-long') return tooLongToSearch
  return result === 'found' ? undefined : 'text or argv do not match'
}

/** The roles that restrict the principal: also those that give it nothing. */
function restrictedRoles({ restrictingRoles = [], roles }: DecisionInput): readonly string[] {
  return [...roles, ...restrictingRoles]
}

/** Undefined when the rule is about one of the effects; else why not, by the effect that it comes closest to. */
function missesOf(input: DecisionInput, miss: (effect: Effect) => string | undefined): string | undefined {
  const misses = input.effects.map(miss)
  return misses.length === 0 ? 'the action has no effects' : misses.includes(undefined) ? undefined : misses.at(-1)
}

function separationMiss(rule: Pick<SeparatedDuties, 'targets' | 'duties'>, input: DecisionInput): string | undefined {
  if (!rule.targets.has(input.target.name)) return 'it is about other targets'
  return input.effects.some(({ duty }) => rule.duties.has(duty) || duty === 'opaque')
    ? undefined
    : 'it is about other duties'
}

function rolesMiss(rule: SeparatedRoles, input: DecisionInput): string | undefined {
  return restrictedRoles(input).some((role) => rule.roles.has(role)) ? undefined : 'it is about other roles'
}

function wallMiss(rule: DatasetWall, input: DecisionInput): string | undefined {
  const touched = rule.datasets.some((each) => input.effects.some((effect) => each.touches(input.target.name, effect)))
  return touched ? undefined : 'none of its datasets is touched'
}

function limitMiss(rule: ActionLimit, input: DecisionInput): string | undefined {
  if (!rule.targets.has(input.target.name)) return 'it is about other targets'
  if (!restrictedRoles(input).includes(rule.role)) return 'the principal does not have its role'
  const counted = input.effects.some(({ duty }) => rule.duties?.has(duty) === true || duty === 'opaque')
  return rule.duties === undefined || counted ? undefined : 'it is about other duties'
}

function maskMiss({ except, targets }: MaskRule, input: DecisionInput): string | undefined {
  if (!targets.has(input.target.name)) return 'it is about other targets'
  return input.roles.some((role) => except.has(role)) ? 'the principal has a role that sees in clear' : undefined
}

function trace(section: RuleTrace['section'], rule: string, miss: string | undefined): RuleTrace {
  return { rule, section, applies: miss === undefined, because: miss ?? 'it is about this action' }
}
