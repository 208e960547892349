import type {
  AffectedBound,
  Decision,
  DecisionInput,
  DenialReason,
  Durability,
  Obligations,
} from '../model/decision.js'
import type { Effect } from '../model/effect.js'
import type { MaskObligation } from '../model/mask-obligation.js'
import { mayChangeRows, smallestBound, widest } from './affected-bound.js'
import { ByteSearch, tooLongToSearch } from './byte-search.js'
import { hiding } from './given-masks.js'
import { guardDuties } from './duty-choice.js'
import {
  allConditionsHold,
  anyConditionHolds,
  isProvenFor,
  isSensitive,
  isUnbound,
  namesUnbound,
  operationFits,
} from './match.js'
import { requirementOf } from './requirement.js'
import type { Resource } from './resource-pattern.js'
import type { Candidate } from './rule-bucket.js'
import type { AllowRule, DenyRule, HoldRule, Restriction } from './rules.js'
import type { View, Views } from './view.js'

/**
 * Decides one action. Deny wins over hold, hold over allow; an effect that no rule allows is denied. Pure: the same
 * policy and input give the same decision. Never throws: what goes wrong inside is a denial.
 *
 * The labels that count are the policy's own; the input names the target and says of which kind it is.
 */
export function decide(views: Views, input: DecisionInput): Decision {
  try {
    const target = views.rules.targets.get(input.target.name)
    if (target === undefined) return refusal('the policy does not know this target')
    if (target.kind !== input.target.kind) return refusal('the policy knows this target as another kind')
    return new Deliberation(views.of(input.roles, target.name, input.restrictingRoles), input).decision()
  } catch {
    return refusal('the policy could not be evaluated for this action')
  }
}

/** Why an effect has no resource that rules could be about. */
function unnamed({ resource }: Effect): string {
  return resource.endsWith(':*')
    ? 'it may be about each of its kind, which no rule can allow: name what is meant'
    : 'its resource is not written as kind:segment.segment'
}

function refusal(reason: string): Decision {
  return denial([{ rule: undefined, reason, effect: undefined }])
}

function denial(reasons: readonly DenialReason[]): Decision {
  const rules = [...new Set(reasons.flatMap(({ rule }) => rule ?? []))]
  return Object.freeze({ effect: 'deny', rules: Object.freeze(rules), reasons: Object.freeze(reasons) })
}

/** One action on its way to a decision. */
class Deliberation {
  readonly #view: View
  readonly #input: DecisionInput
  readonly #reasons: DenialReason[] = []
  readonly #allows: AllowRule[] = []
  readonly #holds: HoldRule[] = []
  /** For each effect that no rule without a bound allows, the rule that allows it. */
  #bounded: AllowRule[] | undefined
  /** Whether a rule that is about the whole action holds it. */
  #heldByText = false
  #search: ByteSearch | undefined

  constructor(view: View, input: DecisionInput) {
    this.#view = view
    this.#input = input
  }

  decision(): Decision {
    const { effects } = this.#input
    if (effects.length === 0 || effects.some((effect) => !guardDuties.has(effect.duty))) this.#byText()
    if (effects.length === 0) this.#withoutEffects()
    for (const effect of effects) this.#effect(effect)
    const masks = this.#view.masks?.of(this.#input.lineage, effects)
    if (masks !== undefined) this.#reasons.push(...masks.reasons)
    if (this.#reasons.length > 0) return denial(this.#reasons)
    const allowed = obligationsOf(durabilityOf(this.#view, effects), this.#holds, this.#bound(), masks?.obligation)
    const requirement = requirementOf(inFileOrder(this.#holds))
    if (requirement === undefined)
      return Object.freeze({ effect: 'allow', rules: idsOf(this.#allows), obligations: allowed })
    const hides = this.#view.hides && hiding(this.#view.hides, this.#input.lineage)
    const obligations = hides === undefined ? allowed : Object.freeze({ ...allowed, hides })
    return Object.freeze({ effect: 'hold', rules: requirement.rules, requirement, obligations })
  }

  #withoutEffects(): void {
    const { level, operation } = this.#input
    const rule = this.#view.access.find((each) => operationFits(each, operation) && isProvenFor(each, level))
    if (rule !== undefined) this.#allows.push(rule)
    else this.#deny('none of your roles has a rule for this target', undefined)
  }

  #effect(effect: Effect): void {
    const resource = this.#view.resources.read(effect.resource)
    this.#denials(effect, resource)
    this.#coverage(effect, resource)
    this.#held(effect, resource)
  }

  #denials(effect: Effect, resource: Resource | undefined): void {
    const found: Candidate<DenyRule>[] = []
    this.#view.deny.collect(effect, resource, found)
    const said: DenyRule[] = []
    for (const { rule } of found) {
      if (!anyConditionHolds(rule, effect) || !this.#bytesMatch(rule) || said.includes(rule)) continue
      said.push(rule)
      this.#reasons.push(Object.freeze({ rule: rule.id, reason: rule.reason, effect }))
    }
  }

  #coverage(effect: Effect, resource: Resource | undefined): void {
    if (resource === undefined) return this.#deny(unnamed(effect), effect)
    const found: Candidate<AllowRule>[] = []
    this.#view.allow.collect(effect, resource, found)
    let why = effect.duty === 'opaque' ? 'nothing allows what cannot be understood' : 'no rule allows it'
    let bounded: AllowRule | undefined
    for (const { rule, literal } of found) {
      if (!operationFits(rule, this.#input.operation) || !allConditionsHold(rule, effect)) continue
      if (!isProvenFor(rule, this.#input.level))
        why = `the identity is not proven as ${rule.level ?? ''}, as a rule asks for`
      else if (isSensitive(effect) && !literal)
        why = 'it is sensitive, and no rule names this resource without a wildcard'
      else if (isUnbound(effect) && !namesUnbound(rule)) why = 'unseen data follows, and no rule names payload: unbound'
      else if (rule.maxAffected === undefined || !mayChangeRows(effect)) return this.#allow(rule)
      else bounded = widest(bounded, rule)
    }
    if (bounded === undefined) return this.#deny(why, effect)
    this.#allow(bounded)
    this.#bounded ??= []
    this.#bounded.push(bounded)
  }

  #allow(rule: AllowRule): void {
    if (!this.#allows.includes(rule)) this.#allows.push(rule)
  }

  /** Every effect and every hold bounds the whole action; one that only reads changes nothing. */
  #bound(): AffectedBound | undefined {
    if (this.#bounded === undefined && this.#holds.length === 0) return undefined
    return this.#input.effects.some(mayChangeRows)
      ? smallestBound([...(this.#bounded ?? []), ...this.#holds])
      : undefined
  }

  #held(effect: Effect, resource: Resource | undefined): void {
    const found: Candidate<HoldRule>[] = []
    this.#view.hold.collect(effect, resource, found)
    let held = this.#heldByText
    let named = false
    for (const { rule } of found) {
      if (!anyConditionHolds(rule, effect) || !this.#bytesMatch(rule)) continue
      if (!this.#holds.includes(rule)) this.#holds.push(rule)
      held = true
      named ||= namesUnbound(rule)
    }
    if (effect.duty === 'opaque' && !held)
      this.#deny('it cannot be understood, and no hold rule lets a person decide it', effect)
    if (held && !named && isUnbound(effect)) {
      this.#deny('unseen data follows, and no hold rule that names payload: unbound lets a person decide it', effect)
    }
  }

  #byText(): void {
    for (const rule of this.#view.denyByText) {
      if (this.#bytesMatch(rule))
        this.#reasons.push(Object.freeze({ rule: rule.id, reason: rule.reason, effect: undefined }))
    }
    for (const rule of this.#view.holdByText) if (this.#bytesMatch(rule)) this.#holds.push(rule)
    this.#heldByText = this.#holds.length > 0
  }

  #bytesMatch(rule: Restriction): boolean {
    if (rule.text === undefined && rule.argv === undefined) return true
    this.#search ??= new ByteSearch(this.#input, this.#view.texts)
    const result = this.#search.of(rule)
    if (result === 'too-long') this.#unsearched(rule)
    return result === 'found'
  }

  /** What a rule might forbid or hold is denied where nobody could look. */
  #unsearched(rule: Restriction): void {
    if (this.#reasons.some((said) => said.rule === rule.id && said.reason === tooLongToSearch)) return
    this.#reasons.push(Object.freeze({ rule: rule.id, reason: tooLongToSearch, effect: undefined }))
  }

  #deny(reason: string, effect: Effect | undefined): void {
    this.#reasons.push(Object.freeze({ rule: undefined, reason, effect }))
  }
}

/**
 * How durable the intent must be: the most that any effect needs, where an effect needs what the rules for its duty say
 * or else the default. So a rule lowers an action only when it names every duty of it. An action without effects reads at
 * most. Undefined when no rule speaks.
 */
function durabilityOf(view: View, effects: readonly Effect[]): Durability | undefined {
  if (effects.length === 0) return view.durability.get('read')
  if (!effects.some((effect) => view.durability.has(effect.duty))) return undefined
  const needs = effects.map(({ duty }) => view.durability.get(duty) ?? (duty === 'read' ? 'written' : 'synced'))
  return needs.includes('synced') ? 'synced' : 'written'
}

function obligationsOf(
  durability: Durability | undefined,
  holds: readonly HoldRule[],
  maxAffected: AffectedBound | undefined,
  masks: MaskObligation | undefined,
): Obligations {
  const allowed = holds.length > 0 && holds.every((rule) => rule.holdInTransaction === 'allow')
  return Object.freeze({
    durability,
    holdInTransaction: allowed ? 'allow' : 'deny',
    maxAffected,
    ...(masks !== undefined && { masks }),
  })
}

function inFileOrder(holds: readonly HoldRule[]): readonly HoldRule[] {
  return holds.length < 2 ? holds : holds.toSorted((one, other) => Number(one.path[1]) - Number(other.path[1]))
}

function idsOf(rules: readonly { readonly id: string }[]): readonly string[] {
  return Object.freeze(rules.map((rule) => rule.id))
}
