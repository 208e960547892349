import { BothKeysError } from '../errors.js'
import { isPrincipal } from '../identity/make-principal.js'
import { ownMember } from '../identity/own-member.js'
import { withTimeLimit } from '../identity/time-limit.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import { approvalLevels } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import { lowerLevel } from '../model/level.js'
import type { Approver, VerifiedVote } from './approver.js'
import { within } from '../ledger/within.js'

/** What stands for anything that an approver throws and that is no refusal of ours. */
const failed = 'ERR_INTERNAL'

/** What was wrong with evidence, in words that hold nothing of it. */
export interface Unproven {
  readonly detail: string
}

/**
 * Has an approver check evidence. Never throws: an approver that throws, hangs past the deadline or answers with
 * something else than a verified vote has proven nothing. The level is never above the approver's own. `asOfMs`: when the times
 * of the evidence count; left out, now.
 */
export async function proven(
  via: Approver,
  evidence: string,
  about: ApprovalSubject,
  deadlineMs: number,
  asOfMs?: number,
): Promise<VerifiedVote | Unproven> {
  if (via.verify === undefined) return { detail: 'this approver takes no evidence' }
  try {
    const answer: unknown = await withTimeLimit(deadlineMs, (signal) =>
      within(deadlineMs, 'checking evidence', failed, () => via.verify?.(evidence, about, signal, asOfMs)),
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
  const reason = ownMember(answer, 'reason')
  if (!isPrincipal(approver) || (decision !== 'allow' && decision !== 'deny') || level === undefined) return undefined
  if (typeof id !== 'string' || id === '' || (stage !== undefined && typeof stage !== 'string')) return undefined
  if (reason !== undefined && typeof reason !== 'string') return undefined
  return { approver, decision, level: lowerLevel(level, via.level), id, stage, reason }
}

/** What evidence came to, and the approver that it was for. */
export interface Examined {
  readonly via: Approver
  readonly verified: VerifiedVote | Unproven
}

/**
 * Has approvers check evidence, one after the other, each at most once: the first that it proves something to is the one that
 * it is for. Otherwise the answer is the last one's. There must be one. Never throws.
 */
export async function firstProven(
  [via, ...others]: Approvers,
  evidence: string,
  about: ApprovalSubject,
  deadlineMs: number,
  asOfMs?: number,
): Promise<Examined> {
  const examined = { via, verified: await proven(via, evidence, about, deadlineMs, asOfMs) }
  const [next, ...rest] = others
  if (next === undefined || !('detail' in examined.verified)) return examined
  return firstProven([next, ...rest], evidence, about, deadlineMs, asOfMs)
}

/** One approver or more. */
export type Approvers = readonly [Approver, ...Approver[]]

/** Those that take evidence; undefined when there is none. */
export function takersOfEvidence(approvers: readonly Approver[]): Approvers | undefined {
  const [first, ...others] = approvers.filter((approver) => approver.verify !== undefined)
  return first === undefined ? undefined : [first, ...others]
}

/** Why evidence is not looked at where nobody takes any. */
export const nobodyTakesEvidence = 'no-evidence: no approver takes evidence'
