import type { IndependenceDimension } from '../model/decision.js'
import type { Duty } from '../model/effect.js'
import type { PolicyTarget } from './compiled.js'
import { defaultVoteAgeMs, parseTtl } from './duration.js'
import { adapterDuties, everyDuty, listedDuties } from './duty-choice.js'
import { glassRule } from './glass-rules.js'
import { maskRule } from './masks.js'
import { mitigationRule } from './mitigations.js'
import { grantCaps } from './grant-caps.js'
import type { AllowRuleInput, DenyRuleInput, HoldRuleInput, PolicyInput, RecordRuleInput } from './policy-input.js'
import type { AttributeConditions, OneOrMany, TargetSelector } from './selector-input.js'
import type { PolicyPath } from './problem.js'
import { parseResourcePattern } from './resource-pattern.js'
import type { ResourcePattern } from './resource-pattern.js'
import type {
  AllowRule,
  Condition,
  DenyRule,
  HoldRule,
  PolicyRules,
  RecordRule,
  Restriction,
  Scope,
  Select,
  SelectedTargets,
  Selection,
} from './rules.js'
import { resolveSeparations } from './separation.js'
import { compileTextPattern } from './text-pattern.js'
import type { TextPattern } from './text-pattern.js'

const everyDimension: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']

/** Resolves a parsed policy: fills in defaults, compiles patterns, turns selectors into target names. */
export function resolveRules(policy: PolicyInput): PolicyRules {
  const targets = new Map(Object.entries(policy.targets).map(([name, target]) => [name, targetOf(name, target)]))
  const roles = Object.entries(policy.roles).map(([role, rules]) => {
    return [role, rules.map((rule, index) => allowRule(rule, role, index, targets))] as const
  })
  const select: Select = (selector) => selectionIn(selector, targets)
  return {
    targets,
    roles: new Map(roles),
    deny: (policy.deny ?? []).map((rule, index) => denyRule(rule, ['deny', index], targets)),
    hold: (policy.hold ?? []).map((rule, index) => holdRule(rule, ['hold', index], targets)),
    record: (policy.record ?? []).map((rule, index) => recordRule(rule, ['record', index], targets)),
    ...resolveSeparations(policy, select),
    masks: (policy.mask ?? []).map((rule, index) => maskRule(rule, ['mask', index], select)),
    mitigations: (policy.mitigations ?? []).map((rule, index) => mitigationRule(rule, ['mitigations', index])),
    breakGlass: (policy.breakGlass ?? []).map((rule, index) => glassRule(rule, ['breakGlass', index], select)),
  }
}

type Targets = ReadonlyMap<string, PolicyTarget>

function targetOf(name: string, target: PolicyInput['targets'][string]): PolicyTarget {
  // Without a prototype, so that no label that is not there is found on it.
  const labels = Object.assign(Object.create(null) as Record<string, string>, target.labels)
  const backstops = Object.freeze([...new Set(target.backstops ?? [])].sort())
  return Object.freeze({ name, kind: target.kind, labels: Object.freeze(labels), backstops })
}

function allowRule(rule: AllowRuleInput, role: string, index: number, targets: Targets): AllowRule {
  const scope = scopeOf(
    rule,
    `roles.${role}[${String(index)}]`,
    ['roles', role, index],
    new Set(listedDuties(rule.duty)),
    targets,
  )
  return {
    ...scope,
    role,
    wildcard: rule.duty === '*',
    operations: rule.operation === undefined ? undefined : new Set(many(rule.operation)),
    maxAffected: rule.maxAffected,
    // What everybody has is not asked for, however it is written.
    level: rule.level === 'asserted' ? undefined : rule.level,
  }
}

function denyRule(rule: DenyRuleInput, path: PolicyPath, targets: Targets): DenyRule {
  return { ...restriction(rule, path, everyDuty, targets), reason: rule.reason ?? 'the policy denies it' }
}

function holdRule(rule: HoldRuleInput, path: PolicyPath, targets: Targets): HoldRule {
  const ownerMayApprove = rule.requester?.ownerMayApprove ?? false
  const unnamed = everyDimension.filter((dimension) => !ownerMayApprove || dimension !== 'person')
  const stages = rule.require.map(({ stage, count, role, independent = unnamed }) =>
    Object.freeze({
      stage,
      count,
      role,
      independent: Object.freeze(everyDimension.filter((each) => independent.includes(each))),
    }),
  )
  return {
    ...restriction(rule, path, adapterDuties, targets),
    requirement: Object.freeze({
      rules: Object.freeze([rule.id]),
      stages: Object.freeze(stages),
      from: rule.from ?? 'humans',
      level: rule.level ?? 'asserted',
      ttlMs: milliseconds(rule.ttl),
      voteMaxAgeMs: rule.voteMaxAge === undefined ? defaultVoteAgeMs : milliseconds(rule.voteMaxAge),
      approverMustHold: rule.approverMustHold ?? false,
      ownerMayApprove,
    }),
    holdInTransaction: rule.holdInTransaction ?? 'deny',
    maxAffected: rule.maxAffected,
    grant: grantCaps(rule.grant),
  }
}

/** The schema accepts nothing that does not parse; 0 would expire at once. */
function milliseconds(text: string): number {
  const ms = parseTtl(text)
  return typeof ms === 'number' ? ms : 0
}

function recordRule(rule: RecordRuleInput, path: PolicyPath, targets: Targets): RecordRule {
  const about = rule.duty === undefined ? everyDuty : new Set(listedDuties(rule.duty))
  return { ...scopeOf(rule, rule.id, path, about, targets), durability: rule.durability }
}

/** Without `duty`, a rule is about all of them; the guard's own send no text, so text never finds them. */
function restriction(rule: DenyRuleInput, path: PolicyPath, unnamed: ReadonlySet<Duty>, targets: Targets): Restriction {
  const bytes = rule.text !== undefined || rule.argv !== undefined
  const about = rule.duty === undefined ? (bytes ? adapterDuties : unnamed) : new Set(listedDuties(rule.duty))
  return {
    ...scopeOf(rule, rule.id, path, about, targets),
    aboutEffects: !bytes || rule.duty !== undefined || rule.resource !== undefined || rule.when !== undefined,
    roles: rule.roles === undefined ? undefined : new Set(rule.roles),
    text: rule.text === undefined ? undefined : many(rule.text).map(textPattern),
    argv: rule.argv === undefined ? undefined : many(rule.argv).map(textPattern),
  }
}

interface ScopeInput {
  readonly target?: TargetSelector
  readonly resource?: OneOrMany<string>
  readonly when?: AttributeConditions
}

function scopeOf(rule: ScopeInput, id: string, path: PolicyPath, about: ReadonlySet<Duty>, targets: Targets): Scope {
  return {
    path,
    id,
    ...selectionIn(rule.target, targets),
    duties: about,
    resources: rule.resource === undefined ? undefined : many(rule.resource).map(resourcePattern),
    when: Object.entries(rule.when ?? {}).map(([attribute, values]): Condition => ({
      attribute,
      values: new Set(many(values)),
    })),
  }
}

function selectionIn(selector: TargetSelector | undefined, targets: Targets): SelectedTargets {
  const selection = selectionOf(selector)
  const selected = [...targets.values()].filter((target) => selects(selection, target))
  return { selection, targets: new Set(selected.map((target) => target.name)) }
}

function selectionOf(selector: TargetSelector | undefined): Selection {
  if (selector === undefined) return undefined
  if (typeof selector === 'object' && !isList(selector)) return { labels: selector }
  return { names: [...new Set(many(selector))].sort() }
}

function selects(selection: Selection, target: PolicyTarget): boolean {
  if (selection === undefined) return true
  if ('names' in selection) return selection.names.includes(target.name)
  return Object.entries(selection.labels).every(([label, value]) =>
    label === 'kind' ? target.kind === value : target.labels[label] === value,
  )
}

function many<T extends string | number | boolean>(value: OneOrMany<T>): readonly T[] {
  return typeof value === 'object' ? value : [value]
}

function isList(selector: Exclude<TargetSelector, string>): selector is readonly string[] {
  return Array.isArray(selector)
}

function resourcePattern(text: string): ResourcePattern {
  const pattern = parseResourcePattern(text)
  if (typeof pattern === 'string') throw new TypeError(pattern)
  return pattern
}

function textPattern(source: string): TextPattern {
  const pattern = compileTextPattern(source)
  if (typeof pattern === 'string') throw new TypeError(pattern)
  return pattern
}
