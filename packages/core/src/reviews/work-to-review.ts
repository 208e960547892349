import type { RequestView } from '../approvals/approver.js'
import { inRows } from '../approvals/rows.js'
import { word } from '../approvals/visible.js'
import type { IndependentParty } from '../duties/independence.js'
import type { UnreviewedWork } from '../duties/work.js'
import { workValue } from '../duties/work.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { ApprovalLevel } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import { sha256 } from '../model/digest.js'
import type { PrincipalKind, Subject } from '../model/principal.js'

/** Somebody who took part in work. */
export interface WorkParty {
  /** What they are. */
  readonly kind: PrincipalKind
  /** The account that they acted with. */
  readonly subject: Subject
}

/** What one session did about one thing of a history chain, as people review it. */
export interface WorkToReview {
  /** Names the work, for its review. */
  readonly id: string
  /** The id of the chain. */
  readonly rule: string
  /** The session that did it. */
  readonly session: string
  /** Who did it. */
  readonly who: WorkParty
  /** Everybody who said yes to some of it. */
  readonly approvedBy: readonly WorkParty[]
  /** The names of the targets that it was done at, each once. */
  readonly targets: readonly string[]
  /** How many actions it is. */
  readonly actions: number
  /** Unix milliseconds in the ledger's time. */
  readonly firstAtMs: number
  /** Unix milliseconds in the ledger's time. */
  readonly lastAtMs: number
  /** Unix milliseconds in the ledger's time: when the review is overdue. */
  readonly reviewByMs: number
  /** The role that has to review it, and how the review must be proven. */
  readonly review: { readonly role: string; readonly level: ApprovalLevel }
  /** What stands for all of this: a review names it, so that it is about nothing that was done later. */
  readonly digest: Digest
  /** All of this as text for a person, escaped. */
  readonly view: RequestView
  /** What a signed review has to be about: guard, work, its digest, the policy and the view. */
  readonly subject: ApprovalSubject
}

/** What people see of work. Pure: made of the work and the policy in force. */
export function workToReview(engine: string, policy: string, work: UnreviewedWork): WorkToReview {
  const { actions, approvers, chain, doer, firstAt, id, lastAt, review, reviewBy, session, targets } = work
  const digest = sha256('bothkeys.work.v1\0', canonicalJson({ engine, ...workValue(work) }))
  const view = viewOf(work, digest)
  return Object.freeze({
    id,
    rule: chain,
    session,
    who: partOf(doer),
    approvedBy: Object.freeze(approvers.map(partOf)),
    targets: Object.freeze([...targets]),
    actions,
    firstAtMs: Date.parse(firstAt),
    lastAtMs: Date.parse(lastAt),
    reviewByMs: Date.parse(reviewBy),
    review: Object.freeze({ role: review.role, level: review.level }),
    digest,
    view,
    subject: Object.freeze({ aud: engine, req: id, adh: digest, pol: policy, view: view.digest }),
  })
}

function partOf({ kind, subject: { id, issuer } }: IndependentParty): WorkParty {
  return Object.freeze({ kind, subject: Object.freeze({ issuer, id }) })
}

function viewOf(work: UnreviewedWork, digest: string): RequestView {
  const { actions, approvers, chain, doer, firstAt, id, lastAt, per, review, reviewBy, session, targets, thing } = work
  const lines = [
    `work ${digest.slice(0, 8)}: ${word(chain)} on ${targets.map(word).join(', ')}`,
    `  who        ${named(doer)}`,
    `  about      ${per} ${word(thing)}`,
    `  actions    ${String(actions)}, from ${firstAt} to ${lastAt}`,
    `  approved   ${approvers.length === 0 ? 'nobody was asked' : approvers.map(named).join(', ')}`,
    `  review     by somebody with the role ${word(review.role)}, until ${reviewBy}`,
    `  record     in the journal: session ${word(session)}, work ${id}`,
  ]
  const text = inRows(lines).join('\n')
  return Object.freeze({ text, complete: true, digest: sha256('bothkeys.work-view.v1\0', text) })
}

function named({ kind, subject }: IndependentParty): string {
  return `${kind} ${word(subject.id)} of ${word(subject.issuer)}`
}
