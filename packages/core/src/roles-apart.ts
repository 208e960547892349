import { BothKeysError } from './errors.js'
import type { Directory } from './identity/directory.js'
import { listingOf } from './identity/listing.js'
import { rosterOf } from './identity/roster.js'
import type { Finding } from './lint/finding.js'
import { rolesTogether } from './lint/roles-together.js'
import type { CompiledPolicy } from './policy/compiled.js'

const shownFindings = 20

/**
 * Refuses a policy that keeps roles apart which somebody in the directory holds together (`separate.static`). A
 * directory that cannot list is not asked: a session that opens is checked all the same. Nothing is asked for a policy
 * that keeps no roles apart. Throws ERR_DUTY_CONFLICT with everybody it is about, and ERR_DIRECTORY_UNAVAILABLE when the
 * directory fails, takes longer than `deadlineMs` or answers no listing.
 */
export async function assertRolesApart(
  policy: CompiledPolicy,
  directory: Directory | undefined,
  on: { readonly deadlineMs: number; readonly nowMs: number },
): Promise<void> {
  if (directory === undefined || (policy.dutyRules?.separatedRoles.length ?? 0) === 0) return
  const listing = await listingOf(directory, on.deadlineMs)
  if (listing === undefined) return
  const findings = rolesTogether(policy, await rosterOf(listing), on.nowMs)
  if (findings.length === 0) return
  const rules = [...new Set(findings.map(({ path }) => path))]
  throw new BothKeysError(
    'ERR_DUTY_CONFLICT',
    `the policy was not loaded: the directory brings roles together that it keeps apart\n${linesOf(findings)}`,
    { hint: `take roles away in the directory, or change ${rules.join(', ')}` },
  )
}

function linesOf(findings: readonly Finding[]): string {
  const lines = findings.slice(0, shownFindings).map(({ message, path, position }) => {
    const place = position === undefined ? '' : `${String(position.line)}:${String(position.column)} `
    return `  ${place}${path}: ${message}`
  })
  const more = findings.length - lines.length
  return [...lines, ...(more > 0 ? [`  and ${String(more)} more`] : [])].join('\n')
}
