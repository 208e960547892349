import type { Act } from '../duties/act.js'
import { actOfApproving } from '../duties/act.js'
import type { MarkClaim } from '../duties/claim.js'
import type { Claims } from '../duties/claim-draft.js'
import { claimsOf, roleClaimsOf } from '../duties/claims.js'
import { personOf } from '../duties/independence.js'
import type { RosterMember } from '../identity/roster.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { Effect } from '../model/effect.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import { alternatives, quoted } from '../policy/problem.js'
import type { RoleSeparationRule, SeparationRule } from '../policy/rules.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'

/** What is done on, whatever it is: one object, run and change, so that a rule counts together what is done on the same one. */
const resource = 'table:public.example'
const root = 'run'
const change = 'change'

/**
 * People who could do together, with their accounts and agents, what a separation keeps apart, because the rule does not
 * count over anything that ties these to each other: every account claims what its roles let it do, as the ledger would be
 * asked, and no key is claimed by enough of them.
 */
export function separationEscapes(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  const { separatedDuties, separatedRoles } = viewsOf(policy).rules
  const none: DutyRules = {
    separatedDuties: [],
    chains: [],
    separatedRoles: [],
    walls: [],
    limits: [],
    lookups: [],
    mitigations: [],
  }
  const groups = peopleOf(members)
  return [
    ...separatedRoles.flatMap((rule) =>
      escapesOf(policy, rule, groups, ({ principal }) =>
        roleClaimsOf({ ...none, separatedRoles: [rule] }, { party: principal, roles: principal.restrictingRoles }, 0),
      ),
    ),
    ...separatedDuties.flatMap((rule) =>
      [...rule.targets].flatMap((name) => {
        const target = policy.targets.get(name)
        if (target === undefined) return []
        const alone = { ...none, separatedDuties: [rule] }
        return escapesOf(policy, rule, groups, (member) => dutyClaims(policy, alone, target, member))
      }),
    ),
  ]
}

type Rule = SeparationRule | RoleSeparationRule

function escapesOf(
  policy: CompiledPolicy,
  rule: Rule,
  groups: readonly (readonly RosterMember[])[],
  claimsBy: (member: RosterMember) => Claims,
): readonly Finding[] {
  return groups.flatMap((group) => {
    const claimed = group.map((member) => ({ member, marks: marksOf(claimsBy(member)) }))
    const together = new Set(claimed.flatMap(({ marks }) => [...marks.values()].flat()))
    if (together.size <= rule.max || isTied(claimed, rule.max)) return []
    const accounts = claimed.filter(({ marks }) => marks.size > 0).map(({ member }) => member.subject)
    const message =
      `${named(accounts)} are one person's and could do ${[...together].map(quoted).join(' and ')} between them, since the ` +
      `rule counts over ${alternatives([...new Set(['subject', ...rule.over])])}: add person to "over", or take roles away`
    return [findingAt(policy, 'separation-escaped', rule.path, message, accounts)]
  })
}

/** Whether some key is claimed with more than the rule lets anybody have. */
function isTied(claimed: readonly { readonly marks: ReadonlyMap<string, readonly string[]> }[], max: number): boolean {
  const byKey = new Map<string, Set<string>>()
  for (const { marks } of claimed) {
    for (const [key, adds] of marks) byKey.set(key, new Set([...(byKey.get(key) ?? []), ...adds]))
  }
  return [...byKey.values()].some((marks) => marks.size > max)
}

/** What is claimed under each key. */
function marksOf({ claims }: Claims): ReadonlyMap<string, readonly string[]> {
  const marks = claims.filter((claim) => 'wants' in claim)
  return new Map(marks.map(({ key, wants }) => [key, wants.flatMap(({ adds }) => adds)]))
}

/** What an account would claim if it did everything on the target that its roles let it do. */
function dutyClaims(
  policy: CompiledPolicy,
  rules: DutyRules,
  target: PolicyTarget,
  { principal, roles }: RosterMember,
): Claims {
  const effects = [...policy.dutiesOf(principal.roles, target)].map((duty): Effect => ({
    duty,
    resource,
    attributes: {},
  }))
  const action: Act = { party: principal, roles, target: target.name, effects, kind: 'action', root, change }
  const done = claimsOf(rules, { ...action, effects: effects.filter(({ duty }) => duty !== 'approve') })
  if (!policy.dutiesOf(roles, target).has('approve')) return done
  const vote = claimsOf(
    rules,
    actOfApproving(
      { target: target.name, effects: [{ duty: 'read', resource, attributes: {} }], root, change },
      { party: principal, roles: principal.restrictingRoles },
    ),
  )
  return { claims: merged([...done.claims, ...vote.claims]), unknown: done.unknown ?? vote.unknown }
}

/** What is claimed twice under a key is claimed together. */
function merged(claims: Claims['claims']): Claims['claims'] {
  const byKey = new Map<string, MarkClaim>()
  for (const claim of claims) {
    if (!('wants' in claim)) continue
    const known = byKey.get(claim.key)
    byKey.set(claim.key, known === undefined ? claim : { ...claim, wants: [...known.wants, ...claim.wants] })
  }
  return [...byKey.values()]
}

/** Everybody by the people whom they stand for: somebody with several owners is with each of them. */
export function peopleOf(members: readonly RosterMember[]): readonly (readonly RosterMember[])[] {
  const groups = new Map<string, RosterMember[]>()
  for (const member of members) {
    const people = personOf(member.principal)
    if (typeof people === 'string') continue
    for (const one of people.known) groups.set(one, [...(groups.get(one) ?? []), member])
  }
  // An account and a name of one person bring the same members together.
  const distinct = new Map(
    [...groups.values()].map((group) => [JSON.stringify(group.map(({ subject }) => subject)), group]),
  )
  return [...distinct.values()]
}
