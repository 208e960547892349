import type { DirectoryEntry } from '../identity/directory.js'
import { checkedListing } from '../identity/listing.js'
import type { RosterMember } from '../identity/roster.js'
import { rosterOf } from '../identity/roster.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { separationEscapes } from './escapes.js'
import { chainFindings } from './chains.js'
import { unreviewableWork } from './unreviewable.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'
import { glassFindings } from './glass.js'
import { maskFindings } from './masks.js'
import { mitigationFindings } from './mitigations.js'
import { policyAdmins } from './policy-admins.js'
import { quorumFindings } from './quorums.js'
import { rolesTogether } from './roles-together.js'

const order: readonly Finding['severity'][] = ['error', 'warning', 'notice']

/**
 * What a policy and the people of a directory get wrong together, worst first: quorums that nobody could make or that hang on
 * one person, approvers who all share something with whoever asks, glass that nobody could break or review, history chains
 * that no distinct people could go through, roles that defeat a separation, and policy admins who can approve. Nothing is asked, written or reserved; everybody is tried by the code that decides when it matters. Every
 * session is taken to have all roles of the directory, a run of its own and no key. Combinations of rules are tried as far as
 * one effect meets them. `at` (default: now) is the time at which mitigations are looked at; they let roles be together and
 * nothing else here. Rejects with ERR_CONFIG_INVALID for a policy that `loadPolicy` did not make, and with
 * ERR_DIRECTORY_UNAVAILABLE for entries that are no listing.
 *
 * @example
 * const people = await directory.list({ signal: AbortSignal.timeout(10_000), fresh: true })
 * for (const { message, path, severity } of await lint(policy, people)) console.log(severity, path, message)
 */
export async function lint(
  policy: CompiledPolicy,
  people: readonly DirectoryEntry[],
  options: { readonly at?: Date } = {},
): Promise<readonly Finding[]> {
  const nowMs = (options.at ?? new Date()).getTime()
  const listing = checkedListing(people)
  const members = await rosterOf(listing, { classes: 'own' })
  const findings = [
    ...rolesTogether(policy, await rosterOf(listing), nowMs),
    ...quorumFindings(policy, members),
    ...glassFindings(policy, members),
    ...chainFindings(policy, members),
    ...unreviewableWork(policy, members),
    ...separationEscapes(policy, members),
    ...policyAdmins(policy, members),
    ...maskFindings(policy),
    ...mitigationFindings(policy, nowMs),
    ...unlisted(policy, members),
  ]
  return Object.freeze(findings.toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity)))
}

/** What the listing leaves to tokens, so that the other findings are no whole answer. */
function unlisted(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  const roleless = members.filter(({ namesRoles }) => !namesRoles).map(({ subject }) => subject)
  const classless = members.filter(({ namesClass }) => !namesClass).map(({ subject }) => subject)
  const findings: Finding[] = []
  if (roleless.length > 0) {
    const message = `the directory names no roles of ${named(roleless)}: they were taken to ask for anything and to approve nothing; name their roles to have them looked at`
    findings.push(findingAt(policy, 'roles-not-listed', ['roles'], message, roleless))
  }
  if (classless.length > 0 && viewsOf(policy).rules.hold.some(asksForClass)) {
    const message = `the directory names no agentClass of ${named(classless)}: when their tokens name none either, nobody can approve for them`
    findings.push(findingAt(policy, 'class-not-listed', ['hold'], message, classless))
  }
  return findings
}

function asksForClass({
  requirement,
}: {
  readonly requirement: { readonly stages: readonly { readonly independent: readonly string[] }[] }
}): boolean {
  return requirement.stages.some(({ independent }) => independent.includes('agentClass'))
}
