import type { Effect } from '../model/effect.js'
import { getOrAdd } from './get-or-add.js'
import { attributeOf, isList } from './match.js'
import type { Scope } from './rules.js'

/** A rule whose duty and resource fit an effect. */
export interface Candidate<Rule> {
  readonly rule: Rule
  /** Whether the rule names the resource itself, without a wildcard. */
  readonly literal: boolean
}

type Value = string | number | boolean

/** Rules for the same duty and resource, by the first attribute that they ask for. */
export class RuleBucket<Rule extends Scope> {
  readonly #unconditional: Candidate<Rule>[] = []
  readonly #byAttribute = new Map<string, Map<Value, Candidate<Rule>[]>>()

  add(candidate: Candidate<Rule>): void {
    const [first] = candidate.rule.when
    if (first === undefined) {
      this.#unconditional.push(candidate)
      return
    }
    const byValue = getOrAdd(this.#byAttribute, first.attribute, () => new Map<Value, Candidate<Rule>[]>())
    for (const value of first.values) getOrAdd(byValue, value, () => []).push(candidate)
  }

  /** Adds to `found` what asks for nothing and what asks for a value that the effect has. */
  collect(effect: Effect, found: Candidate<Rule>[]): void {
    for (const candidate of this.#unconditional) found.push(candidate)
    if (this.#byAttribute.size === 0) return
    for (const [attribute, byValue] of this.#byAttribute) {
      const value = attributeOf(effect, attribute)
      for (const each of isList(value) ? value : [value]) {
        const asking = each === undefined ? undefined : byValue.get(each)
        if (asking !== undefined) found.push(...asking)
      }
    }
  }
}
