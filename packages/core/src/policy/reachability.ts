import { coversRoles, resourcesOverlap } from './coverage.js'
import { lostBounds } from './lost-bounds.js'
import { namesUnbound } from './match.js'
import type { Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type { AllowRule, HoldRule, PolicyRules, Restriction, Scope } from './rules.js'
import { shadowingProblems } from './shadowing.js'
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
    ...shadowingProblems(rules),
    ...lostBounds(rules),
    ...allows.flatMap((rule) => unheldOpaque(rule, rules.hold)),
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
    const powerless = fires.filter((target) => !views.of([role], target).dutiesAt().has('approve'))
    if (powerless.length === 0) return []
    return [
      invalid(
        [...rule.path, 'require', index, 'role'],
        `the role ${quoted(role)} may not approve on ${alternatives(powerless.map(quoted))}, so nobody could meet this: give it the duty approve there`,
      ),
    ]
  })
}
