import type { Approver } from './approvals/approver.js'
import type { DutyReservation } from './duty-reservation.js'
import type { Enforcement } from './enforcement.js'
import type { Verifier } from './identity/verifier.js'
import type { WorkReview, WorkReviewContext } from './reviews/work-reviews.js'
import { WorkReviews } from './reviews/work-reviews.js'
import type { Revocations } from './revocations.js'

/** The work that waits for a review because a history chain asks for one, and the way in for reviews. */
export type GuardReviews = Pick<WorkReviews, 'pending' | 'review'>

type Ports = Pick<
  WorkReviewContext,
  'engine' | 'ledger' | 'journal' | 'clock' | 'policyNow' | 'standingNow' | 'find' | 'deadlineMs'
>

/** The parts of a guard that reviews need. */
interface GuardParts {
  readonly options: { readonly identity: Verifier; readonly approvers?: readonly Approver[] }
  readonly observe: Enforcement['observe']
  readonly revocations: Pick<Revocations, 'fresh' | 'ofPrincipal'>
  readonly duties: Pick<DutyReservation, 'mayReview'>
}

/** Reviewing what was done, for one guard. */
export function guardReviews(ports: Ports, { duties, observe, options, revocations }: GuardParts): GuardReviews {
  const reviews = new WorkReviews({
    ...ports,
    revocationsFresh: () => revocations.fresh(),
    isRevoked: (principal) => revocations.ofPrincipal(principal) !== undefined,
    identity: options.identity,
    approvers: options.approvers ?? [],
    mayReview: (rules, work, reviewer) => duties.mayReview(rules, work, reviewer),
    onReviewed: (event) => {
      observe('workReviewed', event)
    },
  })
  return Object.freeze({
    pending: () => reviews.pending(),
    review: (id: string, review: WorkReview) => reviews.review(id, review),
  })
}
