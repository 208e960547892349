import { BothKeysError } from '../errors.js'
import { isPrincipal } from '../identity/make-principal.js'
import { ownMember } from '../identity/own-member.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import { approvalLevels } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { Approver, VerifiedVote } from './approver.js'
import { lowerLevel } from './evidence.js'
import { within } from '../ledger/within.js'

/** What stands for anything that an approver throws and that is no refusal of ours. */
const failed = 'ERR_INTERNAL'

/** What was wrong with evidence, in words that hold nothing of it. */
export interface Unproven {
  readonly detail: string
}

/**
 * Has an approver check evidence. Never throws: an approver that throws, hangs past the deadline or answers with
 * something else than a verified vote has proven nothing. The level is never above the approver's own.
 */
export async function proven(
  via: Approver,
  evidence: string,
  about: ApprovalSubject,
  deadlineMs: number,
): Promise<VerifiedVote | Unproven> {
  if (via.verify === undefined) return { detail: 'this approver takes no evidence' }
  try {
    const signal = AbortSignal.timeout(deadlineMs)
    const answer: unknown = await within(deadlineMs, 'checking evidence', failed, () =>
      via.verify?.(evidence, about, signal),
    )
    return verifiedVote(answer, via) ?? { detail: 'the approver did not say who decided what' }
  } catch (error) {
    // Messages of ours hold nothing of the evidence; others may.
    return {
      detail: error instanceof BothKeysError && error.code !== failed ? error.message : 'it could not be checked',
    }
  }
}

/** The name under which evidence is noted as used. */
export function evidenceId(id: string): string {
  return sha256('bothkeys.evidence.v1\0', id)
}

function verifiedVote(answer: unknown, via: Approver): VerifiedVote | undefined {
  const approver = ownMember(answer, 'approver')
  const decision = ownMember(answer, 'decision')
  const level = approvalLevels.find((known) => known === ownMember(answer, 'level'))
  const id = ownMember(answer, 'id')
  const stage = ownMember(answer, 'stage')
  if (!isPrincipal(approver) || (decision !== 'allow' && decision !== 'deny') || level === undefined) return undefined
  if (typeof id !== 'string' || id === '' || (stage !== undefined && typeof stage !== 'string')) return undefined
  return { approver, decision, level: lowerLevel(level, via.level), id, stage }
}

/** The approver that the evidence is for: the first that it proves something to. One alone is not asked in advance. */
export async function whoseEvidence(
  approvers: readonly Approver[],
  evidence: string,
  about: ApprovalSubject,
  deadlineMs: number,
): Promise<Approver | undefined> {
  if (approvers.length === 1) return approvers[0]
  for (const via of approvers) {
    if (!('detail' in (await proven(via, evidence, about, deadlineMs)))) return via
  }
  return undefined
}
