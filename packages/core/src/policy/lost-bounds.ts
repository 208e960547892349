import { cornersOf, coversCorner } from './coverage.js'
import { isProvenFor, namesUnbound } from './match.js'
import type { Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type { AllowRule, PolicyRules } from './rules.js'

/**
 * Bounds that bound nothing: whoever has the role may do the same by another rule of it, with more rows, any number, or
 * without proving as strongly who they are. Whoever wrote the bound expects it to hold.
 */
export function lostBounds(rules: PolicyRules): readonly Problem[] {
  return [...rules.roles.values()].flatMap((list) =>
    list.flatMap((rule) => [...lostRows(rule, list), ...lostLevel(rule, list)]),
  )
}

function lostRows(rule: AllowRule, list: readonly AllowRule[]): readonly Problem[] {
  const wider = list.filter(
    (other) => rowsOf(other) > rowsOf(rule) && isProvenFor(other, rule.level) && isAsOpen(other, rule),
  )
  return lost(rule, 'maxAffected', wider, (duties, winners) => {
    return `it bounds no ${duties}: ${winners} allows the same with more rows; bound that rule too, or narrow it`
  })
}

function lostLevel(rule: AllowRule, list: readonly AllowRule[]): readonly Problem[] {
  const wider = list.filter(
    (other) => !isProvenFor(rule, other.level) && rowsOf(other) >= rowsOf(rule) && isAsOpen(other, rule),
  )
  return lost(rule, 'level', wider, (duties, winners) => {
    return `it asks nothing of ${duties}: ${winners} allows the same to identities that are proven less; ask for the level there too, or narrow it`
  })
}

/** The duties of a rule that other rules take whole, in a sentence. No bound on rows is about what only reads. */
function lost(
  rule: AllowRule,
  bound: 'maxAffected' | 'level',
  wider: readonly AllowRule[],
  sentence: (duties: string, winners: string) => string,
): readonly Problem[] {
  if (wider.length === 0) return []
  const corners = cornersOf(rule)
    .filter(({ duty }) => bound === 'level' || duty !== 'read')
    .map((corner) => ({
      duty: corner.duty,
      winner: wider.find((other) => coversCorner(other, corner, rule, undefined))?.id,
    }))
  const kept = new Set(corners.filter(({ winner }) => winner === undefined).map(({ duty }) => duty))
  const gone = corners.filter(({ duty }) => !kept.has(duty))
  if (gone.length === 0) return []
  const duties = alternatives([...new Set(gone.map(({ duty }) => duty))])
  const winners = alternatives([...new Set(gone.map(({ winner }) => quoted(winner ?? '')))])
  return [invalid([...rule.path, bound], sentence(duties, winners))]
}

function rowsOf({ maxAffected }: AllowRule): number {
  return maxAffected ?? Infinity
}

/** Whether a rule is about every operation of another one, and about unseen data where the other is. */
function isAsOpen(wide: AllowRule, narrow: AllowRule): boolean {
  if (namesUnbound(narrow) && !namesUnbound(wide)) return false
  if (wide.operations === undefined) return true
  return narrow.operations !== undefined && [...narrow.operations].every((each) => wide.operations?.has(each))
}
