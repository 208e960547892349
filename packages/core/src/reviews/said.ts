import type { Approver } from '../approvals/approver.js'
import { firstProven, nobodyTakesEvidence, takersOfEvidence } from '../approvals/proof.js'
import { maxEvidence } from '../approvals/vote-form.js'
import { BothKeysError } from '../errors.js'
import { isPrincipal } from '../identity/make-principal.js'
import { ownMember } from '../identity/own-member.js'
import type { Standing, StandingNow } from '../identity/standing.js'
import { withTimeLimit } from '../identity/time-limit.js'
import type { Credential, Verifier } from '../identity/verifier.js'
import { within } from '../ledger/within.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import type { Clock } from '../model/clock.js'
import type { ApprovalLevel } from '../model/decision.js'
import type { Principal } from '../model/principal.js'
import type { NotCounted } from './reviewer.js'

/** What a reviewer found. */
export type Verdict = 'justified' | 'unjustified'

/** Who says what, and how well that is proven. */
export interface Said {
  readonly reviewer: Principal
  readonly verdict: Verdict
  readonly level: ApprovalLevel
  readonly via: string
  readonly evidence?: string
}

/** What finding out who reviews needs of the guard. */
export interface ReviewerPorts {
  readonly clock: Clock
  readonly standingNow: StandingNow
  readonly isRevoked: (principal: Principal) => boolean
  readonly identity: Verifier
  readonly approvers: readonly Approver[]
  readonly deadlineMs: number
}

/**
 * Who says what in a review: signed about a subject (`dec` is `allow` for justified, `deny` for unjustified), or handed in
 * with the reviewer's own credential, which is `asserted`.
 */
export function saidIn(
  ports: ReviewerPorts,
  review: unknown,
  about: ApprovalSubject,
): Promise<Said | NotCounted> | NotCounted {
  const evidence = ownMember(review, 'evidence')
  if (evidence !== undefined) {
    if (typeof evidence !== 'string' || evidence.length > maxEvidence) return { reason: 'malformed' }
    return signed(ports, evidence, about)
  }
  const credential = ownMember(review, 'credential')
  const verdict = ownMember(review, 'verdict')
  if (typeof credential !== 'object' || credential === null) return { reason: 'malformed' }
  if (verdict !== 'justified' && verdict !== 'unjustified') return { reason: 'malformed' }
  return presented(ports, credential as Credential, verdict)
}

async function signed(
  { approvers, deadlineMs }: ReviewerPorts,
  evidence: string,
  about: ApprovalSubject,
): Promise<Said | NotCounted> {
  const among = takersOfEvidence(approvers)
  if (among === undefined) return { reason: nobodyTakesEvidence }
  const { verified, via } = await firstProven(among, evidence, about, deadlineMs)
  if ('detail' in verified) return { reason: 'no-evidence', detail: verified.detail }
  const { approver, decision, level } = verified
  const verdict = decision === 'allow' ? 'justified' : 'unjustified'
  return { reviewer: approver, verdict, level, via: via.name, evidence }
}

async function presented(
  { deadlineMs, identity }: ReviewerPorts,
  credential: Credential,
  verdict: Verdict,
): Promise<Said | NotCounted> {
  try {
    const reviewer: unknown = await withTimeLimit(deadlineMs, (signal) =>
      within(deadlineMs, 'verifying the credential', 'ERR_INTERNAL', () => identity.verify(credential, signal)),
    )
    if (!isPrincipal(reviewer)) return { reason: 'not-a-principal' }
    return { reviewer, verdict, level: 'asserted', via: reviewer.verifiedBy }
  } catch (error) {
    // Messages of ours hold nothing of the credential; others may.
    const own = error instanceof BothKeysError && error.code !== 'ERR_INTERNAL'
    return { reason: 'no-evidence', detail: own ? error.message : 'the credential could not be checked' }
  }
}

/** Where a reviewer stands now: a person who is live and whom the directory lets in. Rejects as the directory does. */
export async function standingOfReviewer(
  { clock, isRevoked, standingNow }: ReviewerPorts,
  reviewer: Principal,
): Promise<Standing | NotCounted> {
  if (!(reviewer.expiresAt.getTime() > clock.wallMs())) return { reason: 'principal-expired' }
  if (reviewer.kind !== 'human') return { reason: 'not-human' }
  let standing
  try {
    standing = await standingNow(reviewer, true)
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED')
      return { reason: 'refused-by-directory' }
    throw error
  }
  return isRevoked(reviewer) || isRevoked(standing.principal) ? { reason: 'revoked' } : standing
}
