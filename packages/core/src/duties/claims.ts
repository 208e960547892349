import type { IndependenceDimension } from '../model/decision.js'
import type { DutyRules, SeparatedDuties } from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'
import type { Act } from './act.js'
import type { Claim, MarkRule } from './claim.js'
import type { IndependentParty } from './independence.js'
import { closureOf } from './closure.js'

/** A rule that counts over a dimension in which nobody can tell who the principal is. */
export interface UnknownClosure {
  readonly rule: string
  readonly dimensions: readonly IndependenceDimension[]
}

/** What one act has to reserve. With `unknown`, that is not all: an act that is yet to run is refused then. */
export interface Claims {
  readonly claims: readonly Claim[]
  readonly unknown: UnknownClosure | undefined
}

const guardsOwn: ReadonlySet<Duty> = new Set<Duty>(['approve', 'policy', 'audit'])

/**
 * The ledger keys that an act reserves, with the rules that look at each: one for each rule's thing and each member of
 * the closure. Empty when no rule counts the act. Pure.
 */
export function claimsOf(rules: DutyRules, act: Act): Claims {
  const draft = new ClaimDraft()
  for (const rule of rules.separatedDuties) {
    const found = exercised(rule, act)
    if (found.size === 0) continue
    const keepMs = longest(rules.separatedDuties.filter(({ per }) => per === rule.per))
    const marked = markRule(rule, 'duties', rule.duties)
    for (const [thing, adds] of found) draft.add(`duty/${rule.per}`, thing, act.party, marked, [...adds], keepMs)
  }
  return draft.claims()
}

/** The duties of the rule that the act exercises, by what they are counted on. */
function exercised(rule: SeparatedDuties, act: Act): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  if (!rule.targets.has(act.target)) return found
  for (const effect of act.effects) {
    const thing = thingOf(rule, act, effect.resource)
    for (const duty of dutiesOf(rule, effect.duty)) {
      const known = found.get(thing)
      if (known === undefined) found.set(thing, new Set([duty]))
      else known.add(duty)
    }
  }
  return found
}

function thingOf({ per }: SeparatedDuties, act: Act, resource: string): string {
  switch (per) {
    case 'target':
      return act.target
    case 'object':
      return JSON.stringify([act.target, resource])
    case 'run':
      return act.root
  }
}

/** What cannot be understood may be anything that an adapter's action can be. */
function dutiesOf({ duties }: SeparatedDuties, duty: Duty): readonly Duty[] {
  if (duty === 'opaque') return [...duties].filter((each) => !guardsOwn.has(each))
  return duties.has(duty) ? [duty] : []
}

function markRule(
  rule: Pick<MarkRule, 'id' | 'max' | 'windowMs' | 'over'>,
  noun: string,
  marks: ReadonlySet<string>,
): MarkRule {
  const { id, max, over, windowMs } = rule
  return { id, noun, marks, max, over, windowMs }
}

function longest(rules: readonly { readonly windowMs: number }[]): number {
  return Math.max(...rules.map(({ windowMs }) => windowMs))
}

/** Gathers claims, one for each key. */
class ClaimDraft {
  readonly #claims = new Map<string, Claim & { readonly wants: { rule: MarkRule; adds: readonly string[] }[] }>()
  #unknown: UnknownClosure | undefined

  add(
    about: string,
    thing: string,
    party: IndependentParty,
    rule: MarkRule,
    adds: readonly string[],
    keepMs: number,
    lastsMs = 0,
  ): void {
    const closure = closureOf(party, rule.over)
    if (closure.unknown.length > 0) this.#unknown ??= { rule: rule.id, dimensions: closure.unknown }
    for (const { dimension, value } of closure.members) {
      // JSON, so that no name runs into the next one.
      const key = `${about}/${JSON.stringify([dimension, value, thing])}`
      const known = this.#claims.get(key)
      if (known === undefined) this.#claims.set(key, { key, keepMs, lastsMs, wants: [{ rule, adds }] })
      else known.wants.push({ rule, adds })
    }
  }

  claims(): Claims {
    return { claims: [...this.#claims.values()], unknown: this.#unknown }
  }
}
