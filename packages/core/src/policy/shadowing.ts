import { cornersOf, coversBytes, coversRoles } from './coverage.js'
import { DenyCover } from './deny-cover.js'
import type { Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type { AllowRule, DenyRule, PolicyRules, Restriction } from './rules.js'

/** Rules that never decide anything because deny rules always do first. */
export function shadowingProblems(rules: PolicyRules): readonly Problem[] {
  const cover = new DenyCover(rules.deny)
  const always = (): boolean => true
  return [
    ...[...rules.roles.values()].flat().flatMap((rule) => deadDuties(rule, cover)),
    ...rules.deny.flatMap((rule) =>
      shadowed('deny', rule, rules.deny, cover, (other) => placeOf(other) < placeOf(rule)),
    ),
    ...rules.hold.flatMap((rule) => shadowed('hold', rule, rules.deny, cover, always)),
  ]
}

/** Duties of an allow rule that deny rules take away everywhere. */
function deadDuties(rule: AllowRule, cover: DenyCover): readonly Problem[] {
  const covered = { scope: rule, who: new Set([rule.role]), bytes: {} }
  const winners = cornersOf(rule).map((corner) => ({
    duty: corner.duty,
    deny: cover.find(corner, covered, () => true),
  }))
  const live = new Set(winners.filter(({ deny }) => deny === undefined).map(({ duty }) => duty))
  const dead = [...rule.duties].filter((duty) => !live.has(duty))
  // The wildcard stands for what is left of it.
  if (dead.length === 0 || (rule.wildcard && live.size > 0)) return []
  const ids = winners.flatMap(({ duty, deny }) => (dead.includes(duty) && deny !== undefined ? [quoted(deny.id)] : []))
  return [
    invalid(
      [...rule.path, 'duty'],
      `${alternatives(dead)} can never be allowed here: the deny rule ${alternatives([...new Set(ids)])} always wins; remove one of the two`,
    ),
  ]
}

/** A deny or hold rule all of which other deny rules take. */
function shadowed(
  what: 'deny' | 'hold',
  rule: Restriction,
  denies: readonly DenyRule[],
  cover: DenyCover,
  counts: (deny: DenyRule) => boolean,
): readonly Problem[] {
  const covered = { scope: rule, who: rule.roles, bytes: rule }
  const winners = rule.aboutEffects
    ? cornersOf(rule).map((corner) => cover.find(corner, covered, counts))
    : [...rule.targets].map((target) => denies.find((deny) => counts(deny) && coversWhole(deny, target, rule)))
  if (winners.length === 0 || winners.includes(undefined)) return []
  const ids = [...new Set(winners.map((deny) => quoted(deny?.id ?? '')))]
  return [
    invalid(
      rule.path,
      `this ${what} rule can never decide anything: the deny rule ${alternatives(ids)} always comes first; remove one of the two`,
    ),
  ]
}

/** For a rule about text alone, which also finds actions without effects: another such rule. */
function coversWhole(deny: DenyRule, target: string, rule: Restriction): boolean {
  return (
    !deny.aboutEffects && deny.targets.has(target) && coversRoles(deny.roles, rule.roles) && coversBytes(deny, rule)
  )
}

function placeOf(rule: DenyRule): number {
  return Number(rule.path[1])
}
