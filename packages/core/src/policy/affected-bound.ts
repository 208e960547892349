import type { AffectedBound } from '../model/decision.js'
import type { Effect } from '../model/effect.js'

/** A rule that may bound the rows that an action changes. */
interface Bounding {
  readonly id: string
  /** Undefined: any number of rows. */
  readonly maxAffected: number | undefined
}

/** Whether an effect can change rows, as far as a bound is concerned. What is no read may. */
export function mayChangeRows({ duty }: Effect): boolean {
  return duty !== 'read'
}

/**
 * The rule that gives the most rows. Each of several allow rules would be right enough by itself, so the bound of one
 * takes nothing from what another gives.
 */
export function widest<Rule extends Bounding>(one: Rule | undefined, other: Rule): Rule {
  return one === undefined || rowsOf(other) > rowsOf(one) ? other : one
}

/** The smallest bound of some rules, all of which count. Undefined when none has a bound. */
export function smallestBound(rules: readonly Bounding[]): AffectedBound | undefined {
  let rows = Infinity
  for (const rule of rules) rows = Math.min(rows, rowsOf(rule))
  if (rows === Infinity) return undefined
  const ids = new Set(rules.filter((rule) => rule.maxAffected === rows).map((rule) => rule.id))
  return Object.freeze({ rows, rules: Object.freeze([...ids]) })
}

function rowsOf({ maxAffected }: Bounding): number {
  return maxAffected ?? Infinity
}
