import { BothKeysError } from './errors.js'
import type { Directory } from './identity/directory.js'
import { listingOf } from './identity/listing.js'
import { rosterOf } from './identity/roster.js'
import type { Finding } from './lint/finding.js'
import { policyAdmins } from './lint/policy-admins.js'
import { rolesTogether } from './lint/roles-together.js'
import { viewsOf } from './policy/compile.js'
import type { CompiledPolicy } from './policy/compiled.js'

const shownFindings = 20

/**
 * Refuses a policy when somebody in the directory holds together what it keeps apart: roles of `separate.static`, and the duties
 * `policy` and `approve`, with which one person would make a rule and turn the second key as well (RULES 9). A directory that
 * cannot list is not asked: a session that opens is checked all the same, and so is whoever decides about a policy. Nothing is
 * asked for a policy that keeps nothing apart. Throws ERR_DUTY_CONFLICT with everybody it is about, and
 * ERR_DIRECTORY_UNAVAILABLE when the directory fails, takes longer than `deadlineMs` or answers no listing.
 */
export async function assertRolesApart(
  policy: CompiledPolicy,
  directory: Directory | undefined,
  on: { readonly deadlineMs: number; readonly nowMs: number },
): Promise<void> {
  if (directory === undefined || !keepsApart(policy)) return
  const listing = await listingOf(directory, on.deadlineMs)
  if (listing === undefined) return
  const members = await rosterOf(listing)
  const findings = [...rolesTogether(policy, members, on.nowMs), ...policyAdmins(policy, members)]
  if (findings.length === 0) return
  const rules = [...new Set(findings.map(({ path }) => path))]
  throw new BothKeysError(
    'ERR_DUTY_CONFLICT',
    `the policy was not loaded: the directory brings roles together that it keeps apart\n${linesOf(findings)}`,
    { hint: `take roles away in the directory, or change ${rules.join(', ')}` },
  )
}

function keepsApart(policy: CompiledPolicy): boolean {
  if ((policy.dutyRules?.separatedRoles.length ?? 0) > 0) return true
  const duties = new Set([...viewsOf(policy).rules.roles.values()].flat().flatMap((allow) => [...allow.duties]))
  return duties.has('policy') && duties.has('approve')
}

function linesOf(findings: readonly Finding[]): string {
  const lines = findings.slice(0, shownFindings).map(({ message, path, position }) => {
    const place = position === undefined ? '' : `${String(position.line)}:${String(position.column)} `
    return `  ${place}${path}: ${message}`
  })
  const more = findings.length - lines.length
  return [...lines, ...(more > 0 ? [`  and ${String(more)} more`] : [])].join('\n')
}
