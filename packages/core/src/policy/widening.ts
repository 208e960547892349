import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { CompiledPolicy } from './compiled.js'
import { viewsOf } from './compile.js'
import { cornersOf, coversBytes, coversCorner, resourcesOverlap } from './coverage.js'
import type { Corner } from './coverage.js'
import { namesUnbound } from './match.js'
import {
  allowOutline,
  denyOutline,
  glassOutline,
  historyOutline,
  holdOutline,
  recordOutline,
  separationOutline,
  targetOutline,
  limitOutline,
  maskOutline,
  mitigationOutline,
  roleSeparationOutline,
  wallOutline,
} from './outline.js'
import { masksAsMuch, showsFound } from './masks.js'
import { quoted } from './problem.js'
import type { AllowRule, HoldRule, PolicyRules, SelectedMask } from './rules.js'

/** How a new policy relates to the one in force. `widens` says what widens, one sentence each. */
export interface PolicyComparison {
  readonly change: 'same' | 'narrowing' | 'widening'
  readonly widens: readonly string[]
}

/**
 * Compares two policies (RULES 9): what only adds deny, hold, separation, limit and mask rules is narrowing, every other change counts as
 * widening. So does a hold that could let a person approve what was always denied before: what cannot be understood,
 * or data that the decision did not see.
 */
export function comparePolicies(old: CompiledPolicy, next: CompiledPolicy): PolicyComparison {
  if (old.digest === next.digest) return { change: 'same', widens: [] }
  const widens = wideningsBetween(viewsOf(old).rules, viewsOf(next).rules)
  return { change: widens.length === 0 ? 'narrowing' : 'widening', widens }
}

/** What of a policy widens, and how: what it was and is, in canonical JSON. */
export interface Widening {
  /** One sentence. */
  readonly what: string
  /** The role that it is about alone; undefined: it may be about everybody. */
  readonly role: string | undefined
  readonly was: string | undefined
  readonly now: string | undefined
}

/** What widens between two policies, each with what it was and is. */
export function wideningDetails(old: CompiledPolicy, next: CompiledPolicy): readonly Widening[] {
  return detailsBetween(viewsOf(old).rules, viewsOf(next).rules)
}

/** What widens between two sets of rules, one sentence each. */
export function wideningsBetween(before: PolicyRules, after: PolicyRules): readonly string[] {
  return detailsBetween(before, after).map(({ what }) => what)
}

function detailsBetween(before: PolicyRules, after: PolicyRules): readonly Widening[] {
  const outlined = <Rule>(
    pick: (rules: PolicyRules) => Iterable<Rule>,
    outline: (rule: Rule) => CanonicalInput,
    name: (rule: Rule) => string,
  ) => [outlines(pick(before), outline, name), outlines(pick(after), outline, name)] as const
  return [
    ...differences('target', ...outlined((rules) => rules.targets.values(), targetOutline, nameOf), true),
    ...differences('role', roleOutlines(before), roleOutlines(after), true),
    ...differences('deny rule', ...outlined((rules) => rules.deny, denyOutline, idOf), false),
    ...differences('hold rule', ...outlined((rules) => rules.hold, holdOutline, idOf), false),
    ...differences('record rule', ...outlined((rules) => rules.record, recordOutline, idOf), true),
    ...differences('separation', ...outlined((rules) => rules.separatedDuties, separationOutline, idOf), false),
    ...differences('separation', ...outlined((rules) => rules.separatedRoles, roleSeparationOutline, idOf), false),
    ...differences('history chain', ...outlined((rules) => rules.chains, historyOutline, idOf), false),
    ...differences('wall', ...outlined((rules) => rules.walls, wallOutline, idOf), false),
    ...differences('limit', ...outlined((rules) => rules.limits, limitOutline, idOf), false),
    ...maskWidenings(before.masks, after.masks),
    ...differences('break-glass rule', ...outlined((rules) => rules.breakGlass, glassOutline, idOf), true),
    ...differences('mitigation', ...outlined((rules) => rules.mitigations, mitigationOutline, idOf), true),
    ...openings(before, after),
  ]
}

type Outlines = ReadonlyMap<string, string>

function differences(what: string, before: Outlines, after: Outlines, additionsWiden: boolean): readonly Widening[] {
  const found: Widening[] = []
  const add = (name: string, how: string): void => {
    const role = what === 'role' ? name : undefined
    found.push({ what: `the ${what} ${quoted(name)} ${how}`, role, was: before.get(name), now: after.get(name) })
  }
  for (const [name, outline] of before) {
    const now = after.get(name)
    if (now === undefined) add(name, 'is gone')
    else if (now !== outline) add(name, 'changed')
  }
  for (const name of after.keys()) if (additionsWiden && !before.has(name)) add(name, 'is new')
  return found
}

/** A mask that only covers more, compares with less or has fewer exceptions narrows; any other change may show something. */
function maskWidenings(before: readonly SelectedMask[], after: readonly SelectedMask[]): readonly Widening[] {
  const known = new Map(after.map((rule) => [rule.id, rule]))
  const shown = after.filter((rule) => showsFound(rule, before))
  const found = shown.map((rule) => ({
    what: `the mask rule ${quoted(rule.id)} shows parts of what another rule masks where it finds it`,
    role: undefined,
    was: undefined,
    now: canonicalJson(maskOutline(rule)),
  }))
  const lost = before.flatMap((was) => {
    const now = known.get(was.id)
    if (now !== undefined && masksAsMuch(was, now)) return []
    return differences(
      'mask rule',
      outlines([was], maskOutline, idOf),
      outlines(now === undefined ? [] : [now], maskOutline, idOf),
      false,
    )
  })
  return [...lost, ...found]
}

/** Added holds through which something becomes approvable that was always denied before. */
function openings(before: PolicyRules, after: PolicyRules): readonly Widening[] {
  const allows = [...before.roles.values()].flat()
  const known = new Set(before.hold.map(idOf))
  const added = after.hold.filter((hold) => !known.has(hold.id))
  return added
    .filter((hold) => cornersOf(hold).some((corner) => deniedBefore(corner, hold, allows, before.hold)))
    .map((hold) => ({
      what: `the hold rule ${quoted(hold.id)} lets people approve what was denied before`,
      role: undefined,
      was: undefined,
      now: canonicalJson(holdOutline(hold)),
    }))
}

/** Only a hold lets `opaque` through, and only a hold that names `payload: unbound` lets held unbound data through. */
function deniedBefore(
  corner: Corner,
  hold: HoldRule,
  allows: readonly AllowRule[],
  holds: readonly HoldRule[],
): boolean {
  const opaque = corner.duty === 'opaque'
  const unbound = namesUnbound(hold)
  const reachable = allows.some(
    (allow) =>
      allow.targets.has(corner.target) && allow.duties.has(corner.duty) && (opaque || (unbound && namesUnbound(allow))),
  )
  if (!reachable || (!opaque && !holds.some((other) => touches(other, corner)))) return false
  return !holds.some(
    (other) =>
      (!unbound || namesUnbound(other)) && coversCorner(other, corner, hold, hold.roles) && coversBytes(other, hold),
  )
}

function touches(hold: HoldRule, { target, duty, resource }: Corner): boolean {
  return hold.targets.has(target) && hold.duties.has(duty) && resourcesOverlap(hold.resources, resource && [resource])
}

function roleOutlines(rules: PolicyRules): Outlines {
  return new Map([...rules.roles].map(([role, list]) => [role, canonicalJson(list.map(allowOutline))]))
}

function outlines<Rule>(
  rules: Iterable<Rule>,
  outline: (rule: Rule) => CanonicalInput,
  name: (rule: Rule) => string,
): Outlines {
  return new Map([...rules].map((rule) => [name(rule), canonicalJson(outline(rule))]))
}

function nameOf(target: { readonly name: string }): string {
  return target.name
}

function idOf(rule: Pick<HoldRule, 'id'>): string {
  return rule.id
}
