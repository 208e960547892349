import type { Duty } from '../model/effect.js'
import { isAtLeast } from '../model/level.js'
import type { PolicyPath } from '../policy/problem.js'
import { writePath } from '../policy/problem.js'
import type { BreakGlassRule, HistoryRule, HoldRule, PolicyRules } from '../policy/rules.js'

/** What a rule of a policy does for a control. A hold of two people for changes does three of them. */
export type FeatureKind =
  | 'dual-approval-of-audit-data'
  | 'dual-approval-of-changes'
  | 'dual-approval'
  | 'asserted-dual-approval'
  | 'signed-approval'
  | 'approval-of-changes'
  | 'approval'
  | 'separate-duties'
  | 'separate-roles'
  | 'history-chain'
  | 'wall'
  | 'review'
  | 'break-glass'
  | 'deny'
  | 'limit'
  | 'grant-cap'
  | 'role'

/** A rule of a policy, and everything that it does for controls. */
export interface PolicyFeature {
  readonly id: string
  /** What kind of rule it is, in the words of the policy file. */
  readonly rule: 'hold' | 'separate' | 'breakGlass' | 'deny' | 'limits' | 'roles'
  /** Where it stands: `hold[0]`. */
  readonly path: string
  readonly kinds: ReadonlySet<FeatureKind>
  /** What it keeps apart, where it keeps something apart. */
  readonly apart: readonly string[]
  /** One sentence. */
  readonly does: string
}

/** Duties that change something. */
export const changingDuties: readonly Duty[] = Object.freeze([
  'define',
  'delete',
  'execute',
  'grant',
  'transfer',
  'write',
])

/** Everything that the rules of a policy do for controls, in the order of their ids. `auditTargets` hold audit data. */
export function featuresOf(rules: PolicyRules, auditTargets: ReadonlySet<string>): readonly PolicyFeature[] {
  const { breakGlass, chains, deny, hold, limits, roles, separatedDuties, separatedRoles, walls } = rules
  return [
    ...hold.map((rule) => holdFeature(rule, auditTargets)),
    ...separatedDuties.map(({ duties, id, max, path }) =>
      apart(id, path, ['separate-duties'], duties, `keeps duties apart: at most ${String(max)} of ${listed(duties)}`),
    ),
    ...separatedRoles.map(({ id, max, path, roles: names }) =>
      apart(id, path, ['separate-roles'], names, `keeps roles apart: at most ${String(max)} of ${listed(names)}`),
    ),
    ...chains.map(chainFeature),
    ...walls.map(({ datasets, id, path }) => {
      const names = datasets.map(({ name }) => name)
      return apart(id, path, ['wall'], names, `lets whoever touched one of ${listed(names)} touch no other`)
    }),
    ...breakGlass.map(glassFeature),
    ...deny.map(({ id, path, reason }) => feature('deny', id, path, ['deny'], `denies: ${reason}`)),
    ...limits.map(({ id, measure, most, path, role }) =>
      feature('limits', id, path, ['limit'], `lets ${role} have ${String(most)} ${measure} at most`),
    ),
    ...[...roles].map(([role, allows]) =>
      feature(
        'roles',
        role,
        ['roles', role],
        ['role'],
        `gives ${String(allows.length)} kinds of access, and nothing else`,
      ),
    ),
  ].toSorted((one, other) => compare(one.id, other.id) || compare(one.path, other.path))
}

/** By code units: the same everywhere. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Votes of agents are no approval of a person, and two people are two when they prove who they are. */
function holdFeature(rule: HoldRule, auditTargets: ReadonlySet<string>): PolicyFeature {
  const { from, level, stages } = rule.requirement
  const people = from === 'humans' ? stages.reduce((sum, { count }) => sum + count, 0) : 0
  const isProven = isAtLeast(level, 'channel')
  const isDual = people >= 2 && isProven
  const changes = [...rule.duties].some((duty) => changingDuties.includes(duty))
  const kinds: (FeatureKind | undefined)[] = [
    people > 0 ? 'approval' : undefined,
    people > 0 && changes ? 'approval-of-changes' : undefined,
    people > 0 && isAtLeast(level, 'signed') ? 'signed-approval' : undefined,
    isDual ? 'dual-approval' : undefined,
    people >= 2 && !isProven ? 'asserted-dual-approval' : undefined,
    isDual && changes ? 'dual-approval-of-changes' : undefined,
    isDual && rule.duties.has('delete') && [...rule.targets].some((target) => auditTargets.has(target))
      ? 'dual-approval-of-audit-data'
      : undefined,
    rule.grant === undefined ? undefined : 'grant-cap',
  ]
  const granted = rule.grant === undefined ? '' : `; ${String(rule.grant.uses)} uses may be granted at once`
  const who = people > 0 ? `${String(people)} ${people === 1 ? 'person' : 'independent people'}` : 'people or agents'
  const proven = people > 0 && !isProven ? ', and nothing has to prove that they did' : ''
  const does = `needs ${who} to say yes to ${listed(rule.duties)}${proven}${granted}`
  return feature('hold', rule.id, rule.path, kinds, does)
}

function chainFeature({ id, path, review, steps }: HistoryRule): PolicyFeature {
  const reviewed = review === undefined ? '' : `; ${review.role} reviews what was done`
  const kinds: FeatureKind[] = review === undefined ? ['history-chain'] : ['history-chain', 'review']
  return apart(id, path, kinds, steps, `has different people take the steps ${listed(steps)}${reviewed}`)
}

function glassFeature({ duties, id, path, review, role }: BreakGlassRule): PolicyFeature {
  const does = `lets ${role} do ${listed(duties)} without an approval for a while; ${review.role} reviews it afterwards`
  return feature('breakGlass', id, path, ['break-glass', 'review'], does)
}

function apart(
  id: string,
  path: PolicyPath,
  kinds: readonly FeatureKind[],
  what: Iterable<string>,
  does: string,
): PolicyFeature {
  return { ...feature('separate', id, path, kinds, does), apart: Object.freeze([...what].toSorted(compare)) }
}

function feature(
  rule: PolicyFeature['rule'],
  id: string,
  path: PolicyPath,
  kinds: readonly (FeatureKind | undefined)[],
  does: string,
): PolicyFeature {
  const known = kinds.filter((kind) => kind !== undefined)
  return { id, rule, path: writePath(path), kinds: new Set(known), apart: [], does }
}

function listed(words: Iterable<string>): string {
  return [...words].toSorted(compare).join(', ')
}
