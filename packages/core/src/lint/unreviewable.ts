import { approvability } from './approvability.js'
import { conflicts, requiredDimensions } from '../duties/independence.js'
import type { RosterMember } from '../identity/roster.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import { quoted } from '../policy/problem.js'
import type { HistoryRule } from '../policy/rules.js'
import { mayAudit } from '../reviews/work-reviews.js'
import { exampleActions, isAllowedUnasked } from './example-actions.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'
import { rolesToAsk } from './quorums.js'

/**
 * History chains with a review that nobody could give for somebody: whoever has its role shares something with whoever does what
 * is reviewed, or with everybody who could approve it. They are stopped once it is late. Everybody is tried by the code that
 * decides when it matters.
 */
export function unreviewableWork(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  return viewsOf(policy).rules.chains.flatMap((chain) =>
    [...chain.targets].flatMap((name) => {
      const target = policy.targets.get(name)
      if (target === undefined || chain.review === undefined) return []
      const reviewers = members.filter((member) => isReviewer(policy, chain, target, member))
      const stuck = members.filter((member) => isStuck(policy, { chain, members, reviewers, target }, member))
      return stuck.length === 0 ? [] : [findingOf(policy, chain, name, stuck)]
    }),
  )
}

interface Place {
  readonly chain: HistoryRule
  readonly target: PolicyTarget
  readonly members: readonly RosterMember[]
  readonly reviewers: readonly RosterMember[]
}

function isReviewer(
  policy: CompiledPolicy,
  { review }: HistoryRule,
  { name }: PolicyTarget,
  member: RosterMember,
): boolean {
  if (review === undefined || member.principal.kind !== 'human') return false
  return member.roles.includes(review.role) && mayAudit(policy, name, member)
}

/** Whether somebody could do what is reviewed, and nobody could review it. */
function isStuck(policy: CompiledPolicy, { chain, members, reviewers, target }: Place, member: RosterMember): boolean {
  const { rules } = viewsOf(policy)
  const who = { roles: rolesToAsk(policy, member), target }
  const able = reviewers.filter((reviewer) => isApart(chain, member, reviewer))
  if (chain.steps.has('execute') && able.length === 0 && isAllowedUnasked(policy, rules, chain.duties, who)) return true
  if (!chain.steps.has('request') && !chain.steps.has('approve')) return false
  const held = rules.hold
    .filter(({ targets }) => targets.has(target.name))
    .flatMap((hold) => exampleActions(policy, rules, hold, who))
    .filter(({ input }) => input.effects.some(({ duty }) => chain.duties.has(duty) || duty === 'opaque'))
  return held.some(({ decision, input: { effects, operation, text } }) => {
    const { voters } = approvability(policy, members, {
      requester: member.principal,
      requirement: decision.requirement,
      action: { target, description: { operation, text, effects } },
    })
    // Nobody can say yes: that is found as a quorum that cannot be made.
    if (voters.length === 0) return false
    return !voters.some(({ approver }) => able.some((reviewer) => isApart(chain, { principal: approver }, reviewer)))
  })
}

/** The role of a reviewer was looked at before. */
function isApart(
  { over }: HistoryRule,
  one: Pick<RosterMember, 'principal'>,
  other: Pick<RosterMember, 'principal'>,
): boolean {
  return conflicts(one.principal, other.principal, requiredDimensions(over)).length === 0
}

function findingOf(
  policy: CompiledPolicy,
  { path, review }: HistoryRule,
  target: string,
  stuck: readonly RosterMember[],
): Finding {
  const who = stuck.map(({ subject }) => subject)
  const message =
    `on ${quoted(target)} nobody could review what ${named(who)} does: nobody with the role ${quoted(review?.role ?? '')} is ` +
    `independent of whoever does and approves it; give the role to somebody else`
  return findingAt(policy, 'work-unreviewable', [...path, 'review'], message, who)
}
