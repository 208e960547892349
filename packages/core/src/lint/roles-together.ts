import type { RosterMember } from '../identity/roster.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { quoted } from '../policy/problem.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'
import { roleConflicts } from './role-conflicts.js'

/** Roles of one account, person or class that a rule of `separate.static` keeps apart. */
export function rolesTogether(
  policy: CompiledPolicy,
  members: readonly RosterMember[],
  nowMs: number,
): readonly Finding[] {
  const { separatedRoles } = viewsOf(policy).rules
  if (policy.dutyRules === undefined) return []
  return roleConflicts(policy.dutyRules, members, nowMs).flatMap(({ accounts, roles, rule }) => {
    const separation = separatedRoles.find(({ id }) => id === rule)
    if (separation === undefined) return []
    const tied = [...new Set(['subject', ...separation.over])].join(', ')
    const message =
      `${named(accounts)} hold${accounts.length === 1 ? 's' : ''} ${roles.map(quoted).join(' and ')}, and whoever shares ` +
      `${tied} may hold ${String(separation.max)} of them (rule ${rule}): take a role away in the directory`
    return [findingAt(policy, 'roles-together', separation.path, message, accounts)]
  })
}
