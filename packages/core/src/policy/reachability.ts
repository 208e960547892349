import { cornersOf, coversBytes, coversCorner, coversRoles, resourcesOverlap } from './coverage.js'
import type { Corner } from './coverage.js'
import { namesUnbound } from './match.js'
import type { Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type { AllowRule, DenyRule, HoldRule, PolicyRules, Restriction, Scope } from './rules.js'
import type { Views } from './view.js'

/** Rules that can never fire and approvals that nobody can give. */
export function reachabilityProblems(rules: PolicyRules, views: Views): readonly Problem[] {
  const allows = [...rules.roles.values()].flat()
  const every = [...allows, ...rules.deny, ...rules.hold, ...rules.record]
  const lost = every.filter((rule) => rule.targets.size === 0)
  if (lost.length > 0)
    return lost.map((rule) => invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire'))
  return [
    ...[...rules.deny, ...rules.hold].flatMap((rule) => argvless(rule, rules)),
    ...allows.flatMap((rule) => [...deadDuties(rule, rules.deny), ...unheldOpaque(rule, rules.hold)]),
    ...rules.deny.flatMap((rule, index) => shadowed(rule, rules.deny.slice(0, index), rules)),
    ...rules.hold.flatMap((rule) => shadowed(rule, rules.deny, rules)),
    ...rules.hold.flatMap((rule) => [...idle(rule, allows), ...unapprovable(rule, allows, views)]),
    ...rules.record.flatMap((rule) => idle(rule, allows)),
  ]
}

/** Kinds of targets whose actions have a text and no arguments. */
const kindsWithoutArgv: ReadonlySet<string> = new Set(['postgres'])

function argvless(rule: Restriction, rules: PolicyRules): readonly Problem[] {
  if (rule.argv === undefined) return []
  const kinds = [...rule.targets].map((target) => rules.targets.get(target)?.kind ?? '')
  if (!kinds.every((kind) => kindsWithoutArgv.has(kind))) return []
  return [
    invalid(
      [...rule.path, 'argv'],
      `actions on ${alternatives([...new Set(kinds)])} have no arguments, so the rule can never fire; use text`,
    ),
  ]
}

/** Duties of an allow rule that deny rules take away everywhere. */
function deadDuties(rule: AllowRule, denies: readonly DenyRule[]): readonly Problem[] {
  const who = new Set([rule.role])
  const corners = cornersOf(rule)
  const live = new Set(
    corners.filter((corner) => coveringDeny(corner, rule, who, {}, denies) === undefined).map(({ duty }) => duty),
  )
  const dead = [...rule.duties].filter((duty) => !live.has(duty))
  // The wildcard stands for what is left of it.
  if (dead.length === 0 || (rule.wildcard && live.size > 0)) return []
  const [corner] = corners.filter(({ duty }) => dead.includes(duty))
  const deny = corner && coveringDeny(corner, rule, who, {}, denies)
  return [
    invalid(
      [...rule.path, 'duty'],
      `${alternatives(dead)} can never be allowed here: the deny rule ${quoted(deny?.id ?? '')} always wins; remove one of the two`,
    ),
  ]
}

/** RULES 8: what cannot be understood is held or denied, so an allow rule for it needs a hold on each of its targets. */
function unheldOpaque(rule: AllowRule, holds: readonly HoldRule[]): readonly Problem[] {
  if (!rule.duties.has('opaque')) return []
  const open = [...rule.targets].filter((target) => !holds.some((hold) => holdsOpaque(hold, target, rule)))
  if (open.length === 0) return []
  return [
    invalid(
      [...rule.path, 'duty'],
      `opaque can be held but never plainly allowed: add a hold rule for it on ${alternatives(open.map(quoted))}, or remove it`,
    ),
  ]
}

function holdsOpaque(hold: HoldRule, target: string, rule: AllowRule): boolean {
  return (
    hold.targets.has(target) &&
    hold.duties.has('opaque') &&
    coversRoles(hold.roles, new Set([rule.role])) &&
    resourcesOverlap(hold.resources, rule.resources)
  )
}

/** A restriction all of which deny rules take. */
function shadowed(rule: Restriction, denies: readonly DenyRule[], rules: PolicyRules): readonly Problem[] {
  const winners = rule.aboutEffects
    ? cornersOf(rule).map((corner) => coveringDeny(corner, rule, rule.roles, rule, denies))
    : [...rule.targets].map((target) => denies.find((deny) => coversWhole(deny, target, rule)))
  if (winners.length === 0 || winners.includes(undefined)) return []
  const ids = [...new Set(winners.map((deny) => quoted(deny?.id ?? '')))]
  const what = rules.hold.some((hold) => hold === rule) ? 'hold' : 'deny'
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

function coveringDeny(
  corner: Corner,
  scope: Scope,
  who: ReadonlySet<string> | undefined,
  bytes: Partial<Pick<Restriction, 'text' | 'argv'>>,
  denies: readonly DenyRule[],
): DenyRule | undefined {
  return denies.find((deny) => coversCorner(deny, corner, scope, who) && coversBytes(deny, bytes))
}

/** A hold or record rule about something that no role may do anyway. */
function idle(rule: Scope, allows: readonly AllowRule[]): readonly Problem[] {
  if ([...rule.targets].some((target) => mayFire(rule, target, allows))) return []
  return [invalid(rule.path, 'no role may do what this rule is about on any of its targets, so it can never fire')]
}

function mayFire(rule: Scope, target: string, allows: readonly AllowRule[]): boolean {
  const onlyUnbound = rule.when.some(
    (each) => each.attribute === 'payload' && each.values.size === 1 && each.values.has('unbound'),
  )
  return allows.some(
    (allow) =>
      allow.targets.has(target) &&
      [...allow.duties].some((duty) => rule.duties.has(duty)) &&
      resourcesOverlap(allow.resources, rule.resources) &&
      (!onlyUnbound || namesUnbound(allow)),
  )
}

/** Stages whose role may not approve on a target where the hold can fire. */
function unapprovable(rule: HoldRule, allows: readonly AllowRule[], views: Views): readonly Problem[] {
  const fires = [...rule.targets].filter((target) => mayFire(rule, target, allows))
  return rule.requirement.stages.flatMap(({ role }, index) => {
    const powerless = fires.filter((target) => !views.of([role], target).duties.has('approve'))
    if (powerless.length === 0) return []
    return [
      invalid(
        [...rule.path, 'require', index, 'role'],
        `the role ${quoted(role)} may not approve on ${alternatives(powerless.map(quoted))}, so nobody could meet this: give it the duty approve there`,
      ),
    ]
  })
}
