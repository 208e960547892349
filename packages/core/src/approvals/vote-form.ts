import { ownMember } from '../identity/own-member.js'

/** A vote that an approver port vouches for. `approver` and `digest` are looked at before they are believed. */
export interface ClaimedVote {
  readonly decision: 'allow' | 'deny'
  readonly approver: unknown
  readonly digest: unknown
  readonly reason: string | undefined
}

/** A vote as it came in: a claim, or evidence that has to be checked. */
export type IncomingVote = ClaimedVote | { readonly evidence: string }

/** The longest evidence that is looked at, and kept in the ledger. */
export const maxEvidence = 8 * 1024

/** Reads a vote once, own members alone; undefined when it is not one. Never throws, whatever its getters do. */
export function readVote(raw: unknown): IncomingVote | undefined {
  try {
    const evidence = ownMember(raw, 'evidence')
    const decision = ownMember(raw, 'decision')
    if (evidence !== undefined) return decision === undefined ? provenVote(evidence) : undefined
    if (decision !== 'allow' && decision !== 'deny') return undefined
    const reason = ownMember(raw, 'reason')
    if (reason !== undefined && typeof reason !== 'string') return undefined
    return { decision, approver: ownMember(raw, 'approver'), digest: ownMember(raw, 'digest'), reason }
  } catch {
    return undefined
  }
}

function provenVote(evidence: unknown): IncomingVote | undefined {
  return typeof evidence === 'string' && evidence.length <= maxEvidence ? { evidence } : undefined
}
