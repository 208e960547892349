import type { UnreviewedWork } from '../duties/work.js'
import { principalFragment } from '../identity/principal-fragment.js'
import { ownMember } from '../identity/own-member.js'
import { partyNow } from '../identity/party-now.js'
import type { FindRecord, Standing } from '../identity/standing.js'
import type { Credential } from '../identity/verifier.js'
import type { Ledger } from '../ledger/ledger.js'
import { isAtLeast } from '../model/level.js'
import { sha256 } from '../model/digest.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { engineSession } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import { hasOwnDuty } from './own-duty.js'
import type { NotCounted } from './reviewer.js'
import { ReviewRecord } from './review-record.js'
import { reviewingAgainst } from './reviewer.js'
import type { ReviewerPorts, Said, Verdict } from './said.js'
import { saidIn, standingOfReviewer } from './said.js'
import { WorkLedger } from './work-ledger.js'
import type { WorkToReview } from './work-to-review.js'
import { workToReview } from './work-to-review.js'

/**
 * One review: signed by the reviewer about the `subject` of the work (`dec` is `allow` for justified, `deny` for unjustified),
 * or handed in with the credential of the reviewer, which is `asserted`, and the `digest` of the work that they looked at.
 */
export type WorkReview =
  | { readonly evidence: string }
  | { readonly credential: Credential; readonly verdict: Verdict; readonly digest: string }

/**
 * Whether a review was counted. The reason is one of `malformed`, `unknown-work`, `changed`, `no-evidence: <why>`,
 * `not-a-principal`, `principal-expired`, `revoked`, `not-human`, `refused-by-directory`, `not-independent: <dimensions>`,
 * `no-role`, `no-audit-duty`, `level-too-low`, `duty-conflict: <rules>`.
 */
export type WorkReviewReceipt =
  | { readonly counted: true; readonly verdict: Verdict }
  | { readonly counted: false; readonly reason: string }

/** What reviews of work need of the guard. */
export interface WorkReviewContext extends ReviewerPorts {
  readonly engine: string
  readonly ledger: Ledger
  readonly journal: Journal
  readonly policyNow: () => CompiledPolicy
  /** Looks up who did it and who approved it; undefined where no directory is. */
  readonly find: FindRecord | undefined
  readonly revocationsFresh: () => MaybePromise<void>
  /** The rule that keeps somebody from reviewing because of what they did before; reserves the review where none does. */
  readonly mayReview: (
    rules: DutyRules | undefined,
    work: UnreviewedWork,
    reviewer: { readonly party: Principal; readonly roles: readonly string[] },
  ) => Promise<string | undefined>
  readonly onReviewed: (event: { readonly work: string; readonly verdict: Verdict }) => void
}

/** What was done about the things of history chains and has to be looked at, and the way in for what reviewers found. */
export class WorkReviews {
  readonly #context: WorkReviewContext
  readonly #stored: WorkLedger
  readonly #record: ReviewRecord

  constructor(context: WorkReviewContext) {
    this.#context = context
    this.#stored = new WorkLedger(context.ledger, context.deadlineMs)
    const refusal = { type: 'work.refused-review', about: 'work', by: 'reviewer' } as const
    this.#record = new ReviewRecord({ journal: context.journal, deadlineMs: context.deadlineMs, refusal })
  }

  /** Everything that nobody found justified, oldest first, whichever process it was done in. Throws as the ledger does. */
  async pending(): Promise<readonly WorkToReview[]> {
    return (await this.#stored.all()).map((work) => this.#shown(work))
  }

  /**
   * Takes a review in. Whoever reviews is a person, holds the role that the chain asks for and the duty `audit` there, is live,
   * and neither did nor approved any of it, nor shares with whoever did what the chain counts over, in subject, person, run and
   * key at least, also by what the directory says of these now. It is a step of the chain: whoever took another one about the same thing does not review.
   * On record before it counts. Rejects as the directory, the ledger and the journal do; it does not count then, but for
   * ERR_LEDGER_UNKNOWN: then it counts or not, which `pending` tells.
   */
  async review(id: string, review: WorkReview): Promise<WorkReviewReceipt> {
    await this.#context.revocationsFresh()
    const work = await this.#stored.find(id)
    if (work === undefined) return notCounted('unknown-work')
    const { digest, subject } = this.#shown(work)
    const looked = ownMember(review, 'evidence') === undefined ? ownMember(review, 'digest') : digest
    if (typeof looked !== 'string') return this.#refuse(work, { reason: 'malformed' }, undefined)
    if (looked !== digest) return this.#refuse(work, { reason: 'changed' }, undefined)
    const said = await saidIn(this.#context, review, subject)
    if ('reason' in said) return this.#refuse(work, said, undefined)
    const fit = await this.#fitness(work, said)
    if ('reason' in fit) return this.#refuse(work, fit, said.reviewer)
    const { evidence, level, verdict, via } = said
    await this.#record.append({
      type: 'work.reviewed',
      session: engineSession,
      body: {
        actions: work.actions,
        digest,
        evidence: evidence === undefined ? undefined : sha256(evidence),
        level,
        of: work.session,
        reviewer: principalFragment(fit.principal),
        roles: fit.roles,
        rule: work.chain,
        thing: work.thing,
        verdict,
        via,
        work: id,
      },
    })
    if (verdict === 'unjustified') await this.#stored.unjustified(work)
    else if (!(await this.#stored.justified(work))) return this.#refuse(work, { reason: 'changed' }, said.reviewer)
    this.#context.onReviewed({ work: id, verdict })
    return Object.freeze({ counted: true, verdict })
  }

  #shown(work: UnreviewedWork): WorkToReview {
    const { engine, policyNow } = this.#context
    return workToReview(engine, policyNow().digest, work)
  }

  async #fitness(work: UnreviewedWork, { level, reviewer }: Said): Promise<Standing | NotCounted> {
    const standing = await standingOfReviewer(this.#context, reviewer)
    if ('reason' in standing) return standing
    const policy = this.#context.policyNow()
    // What the policy says now, where it still has the chain; both where it is about independence.
    const chain = policy.dutyRules?.chains.find(({ id }) => id === work.chain)
    const { level: least, role } = chain?.review ?? work.review
    const independent = [...work.over, ...(chain?.over ?? [])]
    const parties = [work.doer, ...work.approvers].map((party) => partyNow(party, this.#context.find))
    for (const party of await Promise.all(parties)) {
      const unfit = reviewingAgainst({ independent, role }, party, standing)
      if (unfit !== undefined) return unfit
    }
    if (!work.targets.every((target) => mayAudit(policy, target, standing))) return { reason: 'no-audit-duty' }
    if (!isAtLeast(level, least)) return { reason: 'level-too-low' }
    const by = { party: standing.principal, roles: standing.principal.restrictingRoles }
    const conflict = await this.#context.mayReview(policy.dutyRules, work, by)
    return conflict === undefined ? standing : { reason: 'duty-conflict', detail: conflict }
  }

  async #refuse({ id }: UnreviewedWork, why: NotCounted, reviewer: Principal | undefined): Promise<WorkReviewReceipt> {
    return notCounted(await this.#record.refuse(id, why, reviewer))
  }
}

/** Whether somebody with these roles has the duty `audit` on a target. Of one that is gone nobody could have it. */
export function mayAudit(policy: CompiledPolicy, name: string, standing: Standing): boolean {
  return !policy.targets.has(name) || hasOwnDuty(policy, 'audit', name, standing)
}

function notCounted(reason: string): WorkReviewReceipt {
  return Object.freeze({ counted: false, reason })
}
