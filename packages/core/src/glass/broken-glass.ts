import type { RequestView } from '../approvals/approver.js'
import { inRows } from '../approvals/rows.js'
import { word } from '../approvals/visible.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import type { ApprovalLevel } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { PrincipalKind, Subject } from '../model/principal.js'
import type { UnreviewedGlass } from './glass-facts.js'
import { glassDigest } from './glass-facts.js'

/** One broken glass, as people are told of it and as they review it. */
export interface BrokenGlass {
  /** Names it. */
  readonly id: string
  /** The rule of `breakGlass`. */
  readonly rule: string
  /** The session that broke it. */
  readonly session: string
  /** Who broke it. */
  readonly who: { readonly kind: PrincipalKind; readonly subject: Subject }
  /** What holds are lifted at. */
  readonly target: string
  /** What whoever broke it wrote. */
  readonly reason: string
  /** The ticket that whoever broke it named. */
  readonly ticket: string
  /** Unix milliseconds in the ledger's time. */
  readonly brokenAtMs: number
  /** Unix milliseconds: when holds are in force again. */
  readonly untilMs: number
  /** Unix milliseconds: when the review is overdue. */
  readonly reviewByMs: number
  /** The role that has to review it, and how the review must be proven. */
  readonly review: { readonly role: string; readonly level: ApprovalLevel }
  /** All of this as text for a person, escaped. */
  readonly view: RequestView
  /** What a signed review has to be about: guard, glass, its digest, the policy and the view. */
  readonly subject: ApprovalSubject
}

/** What people see of a glass. Pure: made of its facts alone. */
export function brokenGlass(engine: string, glass: UnreviewedGlass): BrokenGlass {
  const { breaker, facts } = glass
  const digest = glassDigest(engine, facts)
  const view = viewOf(glass, digest)
  return Object.freeze({
    id: facts.id,
    rule: facts.rule,
    session: facts.session,
    who: Object.freeze({ kind: breaker.party.kind, subject: Object.freeze({ ...breaker.party.subject }) }),
    target: facts.target,
    reason: facts.reason,
    ticket: facts.ticket,
    brokenAtMs: Date.parse(facts.brokenAt),
    untilMs: Date.parse(facts.until),
    reviewByMs: Date.parse(facts.reviewBy),
    review: Object.freeze({ role: facts.review.role, level: facts.review.level }),
    view,
    subject: Object.freeze({ aud: engine, req: facts.id, adh: digest, pol: facts.policy, view: view.digest }),
  })
}

function viewOf({ breaker, facts }: UnreviewedGlass, digest: string): RequestView {
  const { kind, subject } = breaker.party
  const lines = [
    `break-glass ${digest.slice(0, 8)}: ${word(facts.rule)} on ${word(facts.target)}`,
    `  who        ${kind} ${word(subject.id)} of ${word(subject.issuer)}`,
    `  reason     ${word(facts.reason)}`,
    `  ticket     ${word(facts.ticket)}`,
    `  broken     ${facts.brokenAt}, at most until ${facts.until}`,
    `  review     by somebody with the role ${word(facts.review.role)}, until ${facts.reviewBy}`,
    `  actions    in the journal: session ${word(facts.session)}, glass ${facts.id}`,
  ]
  const text = inRows(lines).join('\n')
  return Object.freeze({ text, complete: true, digest: sha256('bothkeys.glass-view.v1\0', text) })
}
