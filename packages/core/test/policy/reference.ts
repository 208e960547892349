import type { DecisionInput } from '../../src/model/decision.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import type { AllowRuleInput, DenyRuleInput, HoldRuleInput, PolicyInput } from '../../src/policy/policy-input.js'
import type { TargetSelector } from '../../src/policy/selector-input.js'

/**
 * What a policy decides, written a second time and as plainly as possible: no index, no cache, straight from the file.
 * Patterns are matched by way of JavaScript regular expressions.
 */
export interface Verdict {
  readonly effect: 'allow' | 'hold' | 'deny'
  /** The deny or hold rules that apply, sorted. */
  readonly rules: readonly string[]
  readonly durability?: string | undefined
  readonly maxAffected?: number | undefined
}

const proofs = ['asserted', 'channel', 'signed', 'phishing-resistant']

type Limits = Pick<DenyRuleInput, 'target' | 'duty' | 'resource' | 'when' | 'roles' | 'text' | 'argv'>

const own = ['approve', 'policy', 'audit']
const beyondWildcard = [...own, 'opaque', 'grant']

export function referenceDecision(policy: PolicyInput, input: DecisionInput): Verdict {
  const target = Object.hasOwn(policy.targets, input.target.name) ? policy.targets[input.target.name] : undefined
  if (target === undefined || target.kind !== input.target.kind) return { effect: 'deny', rules: [] }
  const selects = (selector: TargetSelector | undefined): boolean => {
    if (selector === undefined) return true
    if (typeof selector === 'string') return selector === input.target.name
    if (Array.isArray(selector)) return selector.includes(input.target.name)
    const facts = new Map([...Object.entries(target.labels ?? {}), ['kind', target.kind]])
    return Object.entries(selector).every(([label, value]) => facts.get(label) === value)
  }
  const whole = (rule: Limits): boolean =>
    selects(rule.target) &&
    (rule.roles === undefined || rule.roles.some((role) => input.roles.includes(role))) &&
    (rule.text === undefined || list(rule.text).some((pattern) => new RegExp(pattern).test(input.text))) &&
    (rule.argv === undefined ||
      list(rule.argv).some((pattern) => (input.argv ?? []).some((word) => new RegExp(pattern).test(word))))
  const aboutText = (rule: Limits): boolean =>
    (rule.text !== undefined || rule.argv !== undefined) &&
    rule.duty === undefined &&
    rule.resource === undefined &&
    rule.when === undefined
  const touches = (rule: Limits, effect: Effect, hold: boolean): boolean => {
    if (!whole(rule)) return false
    const unnamed = !own.includes(effect.duty) || !(hold || rule.text !== undefined || rule.argv !== undefined)
    if (rule.duty === undefined ? !unnamed : !list(rule.duty).includes(effect.duty)) return false
    if (aboutText(rule)) return true
    if (
      rule.resource !== undefined &&
      !list(rule.resource).some((pattern) => resourceMatches(pattern, effect.resource))
    )
      return false
    return conditions(rule.when, effect, (found, wanted) => found.some((value) => wanted.includes(value)))
  }
  const actionMatches = (rule: Limits, hold: boolean): boolean =>
    input.effects.some((effect) => touches(rule, effect, hold)) ||
    (input.effects.length === 0 && aboutText(rule) && whole(rule))

  const denies = (policy.deny ?? []).filter((rule) => actionMatches(rule, false))
  const holds = (policy.hold ?? []).filter((rule) => actionMatches(rule, true))
  const allows = input.roles
    .flatMap((role) => (Object.hasOwn(policy.roles, role) ? (policy.roles[role] ?? []) : []))
    .filter(
      (rule) =>
        selects(rule.target) &&
        (rule.operation === undefined || list(rule.operation).includes(input.operation)) &&
        proofs.indexOf(input.level ?? 'asserted') >= proofs.indexOf(rule.level ?? 'asserted'),
    )
  const denied = { effect: 'deny' as const, rules: denies.map((rule) => rule.id).sort() }
  if (denies.length > 0) return denied
  if (input.effects.length === 0 && !allows.some((rule) => dutiesOf(rule).some((duty) => !own.includes(duty))))
    return denied
  for (const effect of input.effects) {
    if (!allows.some((rule) => covers(rule, effect))) return denied
    // A rule about the text holds the whole action, each of its effects.
    const holding = holds.filter((rule) => aboutText(rule) || touches(rule, effect, true))
    if (effect.duty === 'opaque' && holding.length === 0) return denied
    if (attribute(effect, 'payload') === 'unbound' && holding.length > 0 && !holding.some(namesUnbound)) return denied
  }
  const durability = durabilityOf(policy, input, selects)
  const maxAffected = boundOf(input, allows, holds)
  if (holds.length > 0) return { effect: 'hold', rules: holds.map((rule) => rule.id).sort(), durability, maxAffected }
  return { effect: 'allow', rules: [], durability, maxAffected }
}

function covers(rule: AllowRuleInput, effect: Effect): boolean {
  if (!dutiesOf(rule).includes(effect.duty)) return false
  if (!wellFormed(effect.resource)) return false
  const sensitive = attribute(effect, 'sensitive') === true
  const resources = rule.resource === undefined ? undefined : list(rule.resource)
  const usable = sensitive
    ? (resources ?? []).filter((pattern) => !pattern.replaceAll(/"(?:[^"]|"")*"/g, '').includes('*'))
    : resources
  if (usable !== undefined && !usable.some((pattern) => resourceMatches(pattern, effect.resource))) return false
  if (attribute(effect, 'payload') === 'unbound' && !namesUnbound(rule)) return false
  return conditions(
    rule.when,
    effect,
    (found, wanted) => found.length > 0 && found.every((value) => wanted.includes(value)),
  )
}

function dutiesOf(rule: AllowRuleInput): readonly string[] {
  const every = ['read', 'write', 'delete', 'define', 'grant', 'execute', 'transfer', 'session', ...beyondWildcard]
  return rule.duty === '*' ? every.filter((duty) => !beyondWildcard.includes(duty)) : list(rule.duty)
}

function namesUnbound(rule: AllowRuleInput | HoldRuleInput): boolean {
  return rule.when?.['payload'] !== undefined && list(rule.when['payload']).includes('unbound')
}

function conditions(
  when: AllowRuleInput['when'],
  effect: Effect,
  agree: (found: readonly unknown[], wanted: readonly unknown[]) => boolean,
): boolean {
  return Object.entries(when ?? {}).every(([name, wanted]) => {
    const found = attribute(effect, name)
    return found !== undefined && agree(Array.isArray(found) ? found : [found], list(wanted))
  })
}

function attribute(effect: Effect, name: string): unknown {
  return new Map(Object.entries(effect.attributes)).get(name)
}

const segment = String.raw`(?:"(?:[^"]|"")*"|[^.:*"]+)`

function wellFormed(resource: string): boolean {
  return new RegExp(String.raw`^[a-z][a-z0-9_-]*:${segment}(?:\.${segment})*$`).test(resource)
}

function resourceMatches(pattern: string, resource: string): boolean {
  if (!wellFormed(resource)) return false
  const parts = pattern.match(new RegExp(String.raw`^[a-z]+|${segment}|\*\*|\*`, 'g')) ?? []
  const [kind, ...rest] = parts
  const body = rest.map((part) =>
    part === '**' ? String.raw`${segment}(?:\.${segment})*` : part === '*' ? segment : literal(part),
  )
  return new RegExp(`^${kind}:${body.join(String.raw`\.`)}$`).test(resource)
}

function literal(part: string): string {
  return part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
}

/** For each effect that is no read the most rows that some rule gives; of these and of all holds the fewest. */
function boundOf(
  input: DecisionInput,
  allows: readonly AllowRuleInput[],
  holds: readonly HoldRuleInput[],
): number | undefined {
  const changing = input.effects.filter(({ duty }) => duty !== 'read')
  if (changing.length === 0) return undefined
  const given = changing.map((effect) =>
    Math.max(...allows.filter((rule) => covers(rule, effect)).map((rule) => rule.maxAffected ?? Infinity)),
  )
  const fewest = Math.min(...given, ...holds.map((rule) => rule.maxAffected ?? Infinity))
  return fewest === Infinity ? undefined : fewest
}

function durabilityOf(
  policy: PolicyInput,
  input: DecisionInput,
  selects: (selector: TargetSelector | undefined) => boolean,
): string | undefined {
  const rules = (policy.record ?? []).filter((rule) => selects(rule.target))
  // Without an effect there is nothing beyond a read to record.
  const duties: readonly Duty[] = input.effects.length === 0 ? ['read'] : input.effects.map(({ duty }) => duty)
  const said = duties.map((duty) =>
    rules.filter((rule) => rule.duty === undefined || list(rule.duty).includes(duty)).map((rule) => rule.durability),
  )
  if (said.every((each) => each.length === 0)) return undefined
  const needs = said.map((each, index) => {
    if (each.length > 0) return each.includes('synced') ? 'synced' : 'written'
    return input.effects[index]?.duty === 'read' ? 'written' : 'synced'
  })
  return needs.includes('synced') ? 'synced' : 'written'
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}
