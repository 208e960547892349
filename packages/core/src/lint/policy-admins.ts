import type { RosterMember } from '../identity/roster.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { quoted } from '../policy/problem.js'
import { peopleOf } from './escapes.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'

/** People who may change the policy, with one account or agent, and approve with one: they could make their own rules and meet them. */
export function policyAdmins(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  const allows = [...viewsOf(policy).rules.roles.values()].flat().filter(({ duties }) => duties.has('policy'))
  return allows.flatMap((allow) => {
    const found = new Map<string, RosterMember>()
    for (const group of peopleOf(members)) {
      const changes = group.filter(({ principal, roles }) => [...principal.roles, ...roles].includes(allow.role))
      const approves = group.filter(({ roles }) => mayApprove(policy, roles))
      if (changes.length === 0 || approves.length === 0) continue
      for (const member of [...changes, ...approves]) found.set(JSON.stringify(member.subject), member)
    }
    if (found.size === 0) return []
    const accounts = [...found.values()].map(({ subject }) => subject)
    const message = `with the role ${quoted(allow.role)} ${named(accounts)} may change the policy, and approve as well: give one of the two to somebody else`
    return [findingAt(policy, 'policy-admin-approves', allow.path, message, accounts)]
  })
}

/** Whether roles give the duty `approve` on some target. */
export function mayApprove(policy: CompiledPolicy, roles: readonly string[]): boolean {
  return [...policy.targets.values()].some((target) => policy.dutiesOf(roles, target).has('approve'))
}
