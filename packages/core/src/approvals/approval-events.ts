import { isPrincipal } from '../identity/make-principal.js'
import { principalFragment } from '../identity/principal-fragment.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import type { Durability } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { EventDraft } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import type { CountedVote } from './evidence.js'
import type { HoldRequest } from './request.js'
import type { RequestEnd } from './stored-request.js'
import { visible } from './visible.js'
import { within } from '../ledger/within.js'

/** The most characters of an approver's own words that are recorded. */
const maxReason = 256

/** Records one event of a request. Throws ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE when it could not. */
export async function record(
  journal: Journal,
  deadlineMs: number,
  event: EventDraft,
  durability: Durability,
): Promise<void> {
  await within(deadlineMs, 'the journal', 'ERR_JOURNAL_UNAVAILABLE', () => journal.append(event, durability))
}

/** A request, without parameters and clear text. */
export function requestedEvent(
  id: string,
  hold: HoldRequest,
  {
    expiresAtMs,
    takenOver,
    via,
  }: { readonly expiresAtMs: number; readonly takenOver: boolean; readonly via: readonly string[] },
): EventDraft {
  const { description, target } = hold.action
  const { approverMustHold, from, level, ownerMayApprove, rules, stages, ttlMs, voteMaxAgeMs } = hold.requirement
  return draft('approval.requested', hold, {
    action: {
      effects: description.effects.map(({ attributes, duty, resource }) => ({ attributes, duty, resource })),
      operation: description.operation,
      text: description.recordedText,
    },
    actor: hold.requesterRecord,
    approvers: via,
    digest: hold.digest,
    expires: new Date(expiresAtMs).toISOString(),
    id,
    intent: hold.actionId,
    maxAffected: hold.maxAffected,
    policy: hold.policyDigest,
    requirement: {
      approverMustHold,
      from,
      level,
      ownerMayApprove,
      rules,
      stages: stages.map(({ count, independent, role, stage }) => ({ count, independent, role, stage })),
      ttlMs,
      voteMaxAgeMs,
    },
    // Asked before, by a process that is gone.
    takenOver: takenOver ? true : undefined,
    target: { kind: target.kind, name: target.name },
  })
}

/** A counted vote. */
export function voteEvent(id: string, hold: HoldRequest, vote: CountedVote): EventDraft {
  return draft('approval.vote', hold, {
    approver: principalFragment(vote.approver),
    decision: vote.decision,
    digest: hold.digest,
    evidence: vote.proof === undefined ? undefined : sha256(vote.proof.text),
    level: vote.level,
    reason: vote.reason === undefined ? undefined : visible(vote.reason.slice(0, maxReason)),
    request: id,
    roles: vote.roles,
    via: vote.via,
  })
}

/** What is known of a vote that was not counted. */
export interface RefusedVote {
  readonly via: string
  readonly reason: string
  readonly dimensions?: readonly string[] | undefined
  /** What was wrong with the evidence, in words that hold nothing of it. */
  readonly detail?: string | undefined
  /** Recorded when a verifier made it; of anything else nothing is. */
  readonly approver?: unknown
}

/** A vote that was not counted, or an approver that failed (`approver-failed`). */
export function refusedVoteEvent(id: string, hold: HoldRequest, refused: RefusedVote): EventDraft {
  return draft('approval.refused-vote', hold, {
    approver: isPrincipal(refused.approver) ? principalFragment(refused.approver) : undefined,
    detail: refused.detail,
    dimensions: refused.dimensions,
    reason: refused.reason,
    request: id,
    via: refused.via,
  })
}

/** The end of a request that was not consumed; a consumed one ends with its intent. */
export function endedEvent(
  id: string,
  hold: HoldRequest,
  outcome: Exclude<RequestEnd, 'consumed'>,
  refusedVotes: number,
): EventDraft {
  return draft('approval.ended', hold, { outcome, refusedVotes, request: id })
}

function draft(
  type: EventDraft['type'],
  hold: HoldRequest,
  body: { readonly [key: string]: CanonicalInput | undefined },
): EventDraft {
  return { type, session: hold.session, trace: hold.trace, body }
}
