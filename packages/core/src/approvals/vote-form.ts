import { ownMember } from '../identity/own-member.js'

/** A vote as it came in. `approver` and `digest` are looked at before they are believed. */
export interface IncomingVote {
  readonly decision: 'allow' | 'deny'
  readonly approver: unknown
  readonly digest: unknown
  readonly reason: string | undefined
}

/** Reads a vote once, own members alone; undefined when it is not one. Never throws, whatever its getters do. */
export function readVote(raw: unknown): IncomingVote | undefined {
  try {
    const decision = ownMember(raw, 'decision')
    if (decision !== 'allow' && decision !== 'deny') return undefined
    const reason = ownMember(raw, 'reason')
    if (reason !== undefined && typeof reason !== 'string') return undefined
    return { decision, approver: ownMember(raw, 'approver'), digest: ownMember(raw, 'digest'), reason }
  } catch {
    return undefined
  }
}
