import { principalFragment } from '../identity/principal-fragment.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import type { ApprovalLevel } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { Assignment } from './assignment.js'
import type { Candidate } from './eligibility.js'

/** One counted vote and how it was given. */
export interface CountedVote extends Candidate {
  readonly id: string
  readonly decision: 'allow' | 'deny'
  readonly level: ApprovalLevel
  /** The approver port that delivered it. */
  readonly via: string
  /** Milliseconds after the request was made. */
  readonly elapsedMs: number
  readonly votedAtMs: number
  /** How long the approver, as they are proven, was still good for when they voted: no longer than what proves the vote. */
  readonly lastsMs: number
  /** The approver's own words. */
  readonly reason?: string | undefined
  /** What proves it. Undefined: the approver port said so, which is `asserted`. */
  readonly proof?: Proof | undefined
}

/** What proves a vote: the text that the approver signed, and the name under which it counts once. */
export interface Proof {
  readonly text: string
  /** SHA-256 over the issuer and its id for the text. */
  readonly key: string
}

/** The votes that an action relies on, and the bound that they were given under, as the intent records them. */
export function evidenceRecord(
  requestId: string,
  assignments: readonly Assignment<CountedVote>[],
  maxAffected: number | undefined,
): CanonicalInput {
  return {
    maxAffected,
    request: requestId,
    votes: assignments.map(({ stage, vote }) => ({
      approver: principalFragment(vote.approver),
      at: new Date(vote.votedAtMs).toISOString(),
      evidence: vote.proof === undefined ? undefined : sha256(vote.proof.text),
      level: vote.level,
      stage: stage.stage,
      via: vote.via,
    })),
  }
}
