import type { Decision, DecisionInput } from '../model/decision.js'
import type { AttributeValue, Duty, Effect } from '../model/effect.js'
import { readsNothing } from '../model/lineage.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import { patternsOverlap } from '../policy/pattern-relations.js'
import type { ResourcePattern } from '../policy/resource-pattern.js'
import { quoteSegment } from '../policy/resource-pattern.js'
import type { AllowRule, Condition, HoldRule, PolicyRules } from '../policy/rules.js'

/** An action that somebody could ask for, and that the policy holds. */
export interface ExampleAction {
  readonly input: DecisionInput
  readonly decision: Extract<Decision, { readonly effect: 'hold' }>
}

const mostExamples = 64
const anyName = 'example'

/**
 * Actions that whoever has these roles could ask for on a target and that the hold rule is about: one for each allow rule,
 * duty and pair of resource patterns. Each was decided by the policy itself, with every other rule that matches it, and none
 * stands here that the policy denies or does not hold. A rule about text can be missed: an example that finds it is a guess.
 */
export function exampleActions(
  policy: CompiledPolicy,
  rules: PolicyRules,
  hold: HoldRule,
  who: { readonly roles: readonly string[]; readonly target: PolicyTarget },
): readonly ExampleAction[] {
  const { roles, target } = who
  const found: ExampleAction[] = []
  for (const allow of roles.flatMap((role) => rules.roles.get(role) ?? [])) {
    if (!allow.targets.has(target.name)) continue
    for (const effect of sharedEffects(allow, hold)) {
      const input = inputOf(allow, hold, effect, who)
      const decision = policy.decide(input)
      if (decision.effect === 'hold' && decision.rules.includes(hold.id)) found.push({ input, decision })
      if (found.length === mostExamples) return found
    }
  }
  return found
}

/** Whether whoever has these roles could do something on a target, with one of the duties, that nobody is asked about. */
export function isAllowedUnasked(
  policy: CompiledPolicy,
  rules: PolicyRules,
  duties: ReadonlySet<Duty>,
  who: { readonly roles: readonly string[]; readonly target: PolicyTarget },
): boolean {
  const about = { duties, resources: undefined, when: [] }
  return who.roles
    .flatMap((role) => rules.roles.get(role) ?? [])
    .filter((allow) => allow.targets.has(who.target.name))
    .some((allow) =>
      sharedEffects(allow, about).some((effect) => policy.decide(inputOf(allow, {}, effect, who)).effect === 'allow'),
    )
}

function inputOf(
  allow: AllowRule,
  hold: Partial<Pick<HoldRule, 'text' | 'argv'>>,
  effect: Effect,
  { roles, target }: { readonly roles: readonly string[]; readonly target: PolicyTarget },
): DecisionInput {
  const [argument] = hold.argv ?? []
  return {
    roles,
    // As well as anybody can prove who they are.
    level: 'phishing-resistant',
    target,
    operation: [...(allow.operations ?? ['query'])][0] ?? 'query',
    // A pattern without special characters finds itself.
    text: hold.text?.[0]?.source ?? '',
    ...(argument === undefined ? {} : { argv: [argument.source] }),
    effects: [effect],
    lineage: readsNothing,
  }
}

/** Effects that both rules are about. */
function sharedEffects(allow: AllowRule, hold: Pick<HoldRule, 'duties' | 'resources' | 'when'>): readonly Effect[] {
  const attributes = sharedAttributes(allow.when, hold.when)
  if (attributes === undefined) return []
  const duties = [...allow.duties].filter((duty) => hold.duties.has(duty))
  const resources = sharedResources(allow.resources, hold.resources)
  return duties.flatMap((duty: Duty) => resources.map((resource) => ({ duty, resource, attributes })))
}

/** One value for each attribute; undefined when the rules want different ones. */
function sharedAttributes(
  one: readonly Condition[],
  other: readonly Condition[],
): Readonly<Record<string, AttributeValue>> | undefined {
  const attributes = new Map<string, AttributeValue>()
  for (const { attribute, values } of [...one, ...other]) {
    const wanted = [...one, ...other].filter((each) => each.attribute === attribute)
    const shared = [...values].find((value) => wanted.every((each) => each.values.has(value)))
    if (shared === undefined) return undefined
    attributes.set(attribute, shared)
  }
  return Object.fromEntries(attributes)
}

type Patterns = readonly ResourcePattern[] | undefined

function sharedResources(one: Patterns, other: Patterns): readonly string[] {
  if (one === undefined && other === undefined) return [`table:public.${anyName}`]
  if (one === undefined || other === undefined)
    return (one ?? other ?? []).map((pattern) => resourceOf(pattern, pattern))
  return one.flatMap((pattern) =>
    other.flatMap((each) => (patternsOverlap(pattern, each) ? [resourceOf(pattern, each)] : [])),
  )
}

/** A resource that both patterns match; they overlap. */
function resourceOf(one: ResourcePattern, other: ResourcePattern): string {
  const length = Math.max(one.segments.length + Number(one.rest), other.segments.length + Number(other.rest))
  const segments = Array.from({ length }, (_segment, index) => {
    const named = [one.segments[index], other.segments[index]].find((segment) => typeof segment === 'string')
    return typeof named === 'string' ? quoteSegment(named) : anyName
  })
  return `${one.kind}:${segments.join('.')}`
}
