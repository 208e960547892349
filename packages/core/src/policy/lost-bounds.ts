import { cornersOf, coversCorner } from './coverage.js'
import { namesUnbound } from './match.js'
import type { Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type { AllowRule, PolicyRules } from './rules.js'

/**
 * Bounds that bound nothing: whoever has the role may do the same by another rule of it with more rows or any number.
 * Whoever wrote the bound expects it to hold.
 */
export function lostBounds(rules: PolicyRules): readonly Problem[] {
  return [...rules.roles.values()].flatMap((list) =>
    list.flatMap((rule) => (rule.maxAffected === undefined ? [] : lostBound(rule, rule.maxAffected, list))),
  )
}

function lostBound(rule: AllowRule, rows: number, list: readonly AllowRule[]): readonly Problem[] {
  const wider = list.filter((other) => (other.maxAffected ?? Infinity) > rows && isAsOpen(other, rule))
  if (wider.length === 0) return []
  const corners = cornersOf(rule)
    .filter(({ duty }) => duty !== 'read')
    .map((corner) => ({
      duty: corner.duty,
      winner: wider.find((other) => coversCorner(other, corner, rule, undefined))?.id,
    }))
  const kept = new Set(corners.filter(({ winner }) => winner === undefined).map(({ duty }) => duty))
  const lost = corners.filter(({ duty }) => !kept.has(duty))
  if (lost.length === 0) return []
  const duties = alternatives([...new Set(lost.map(({ duty }) => duty))])
  const winners = alternatives([...new Set(lost.map(({ winner }) => quoted(winner ?? '')))])
  return [
    invalid(
      [...rule.path, 'maxAffected'],
      `it bounds no ${duties}: ${winners} allows the same with more rows; bound that rule too, or narrow it`,
    ),
  ]
}

/** Whether a rule is about every operation of another one, and about unseen data where the other is. */
function isAsOpen(wide: AllowRule, narrow: AllowRule): boolean {
  if (namesUnbound(narrow) && !namesUnbound(wide)) return false
  if (wide.operations === undefined) return true
  return narrow.operations !== undefined && [...narrow.operations].every((each) => wide.operations?.has(each))
}
