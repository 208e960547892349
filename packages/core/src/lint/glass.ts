import { canBreak } from '../glass/glass-breaker.js'
import { reviewingAgainst } from '../reviews/reviewer.js'
import type { RosterMember } from '../identity/roster.js'
import type { GlassRule } from '../model/glass-rule.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { quoted } from '../policy/problem.js'
import type { BreakGlassRule } from '../policy/rules.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'
import { rolesToAsk } from './quorums.js'

/**
 * Break-glass rules that are of no use when it matters: nobody could break the glass, or nobody could review it afterwards, so
 * that whoever broke it breaks no other one, and nobody does by the rule once the review is overdue. Everybody is tried by the
 * code that decides when it matters.
 */
export function glassFindings(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  return viewsOf(policy).rules.breakGlass.flatMap((rule) => {
    const breakers = members.filter((member) => couldBreak(policy, rule, member))
    if (breakers.length === 0) return [forNobody(policy, rule)]
    const unreviewed = breakers.filter(
      ({ principal }) => !members.some((member) => couldReview(rule, principal, member)),
    )
    return unreviewed.length === 0 ? [] : [unreviewable(policy, rule, unreviewed)]
  })
}

function couldBreak(policy: CompiledPolicy, rule: GlassRule, member: RosterMember): boolean {
  const { namesRoles, principal, roles } = member
  const asks = rolesToAsk(policy, member).filter((role) => !namesRoles || roles.includes(role))
  return canBreak(rule, principal, { kind: principal.kind, roles: asks })
}

function couldReview({ review }: GlassRule, breaker: RosterMember['principal'], member: RosterMember): boolean {
  return member.principal.kind === 'human' && reviewingAgainst(review, breaker, member) === undefined
}

function forNobody(policy: CompiledPolicy, { from, path, role }: BreakGlassRule): Finding {
  const whom = from === 'humans' ? 'person' : 'account'
  const message = `no ${whom} of the directory with the role ${quoted(role)} could break this glass: give the role to somebody, or take the rule out`
  return findingAt(policy, 'glass-for-nobody', path, message, [])
}

function unreviewable(
  policy: CompiledPolicy,
  { path, review }: BreakGlassRule,
  breakers: readonly RosterMember[],
): Finding {
  const who = breakers.map(({ subject }) => subject)
  const message =
    `when ${named(who)} breaks this glass, nobody could review it: nobody with the role ${quoted(review.role)} is independent ` +
    `of whoever broke it; give the role to somebody else`
  return findingAt(policy, 'glass-unreviewable', [...path, 'review'], message, who)
}
