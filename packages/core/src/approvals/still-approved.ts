import { BothKeysError } from '../errors.js'
import type { Standing } from '../identity/standing.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { Assignment } from './assignment.js'
import { assignStages } from './assignment.js'
import { ineligibility } from './eligibility.js'
import type { CountedVote } from './evidence.js'
import { lostRole } from './lost-role.js'
import type { HoldRequest } from './request.js'
import { standingOf } from './standing-of.js'

/**
 * Whether what people approved once would be approved by the same people now: the policy is the same, the requester has every
 * role that it asked with and the same people who are accountable for it, and each of those who said yes is neither revoked nor refused by the directory, holds the role and
 * the duty, and is independent as the rule asks, and what proved it then would by the keys of now (`proven`). How old a yes is,
 * and whether the token that it came with has run out since, makes no difference. Rejects when the directory fails or refuses the requester.
 */
export async function stillApproved(
  on: ApprovalPorts,
  hold: HoldRequest,
  relied: readonly Assignment<CountedVote>[],
  proven: (vote: CountedVote) => Promise<Principal | undefined>,
): Promise<boolean> {
  const { principal: requester } = await standingOf(on, hold.requester, true)
  if (lostRole(hold.requester, requester) !== undefined || on.isRevoked(requester)) return false
  if (accountableFor(requester) !== accountableFor(hold.requester)) return false
  const now = { ...hold, requester }
  const standing: CountedVote[] = []
  for (const { vote } of relied) {
    const approver = await proven(vote)
    const found = approver && (await admitted(on, approver))
    if (found === undefined || on.isRevoked(vote.approver) || on.isRevoked(found.principal)) return false
    const current = { ...vote, approver: found.principal, roles: found.roles }
    if (ineligibility(now, current, on.policyNow(), vote.votedAtMs) !== undefined) return false
    standing.push(current)
  }
  return on.policyNow().digest === hold.policyDigest && assignStages(now, standing) !== undefined
}

/** Who somebody is and who owns them, in one form. */
function accountableFor({ owners, person }: Principal): string {
  const owned = typeof owners === 'string' ? owners : [...new Set(owners.known)].sort()
  return JSON.stringify([person ?? null, owned])
}

/** Undefined when the directory does not let them in. */
async function admitted(on: ApprovalPorts, approver: Principal): Promise<Standing | undefined> {
  try {
    return await standingOf(on, approver, true)
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED') return undefined
    throw error
  }
}
