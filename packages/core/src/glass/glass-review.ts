import { principalFragment } from '../identity/principal-fragment.js'
import { partyNow } from '../identity/party-now.js'
import type { FindRecord } from '../identity/standing.js'
import type { Credential } from '../identity/verifier.js'
import type { Ledger } from '../ledger/ledger.js'
import { sha256 } from '../model/digest.js'
import { isAtLeast } from '../model/level.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { engineSession } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import type { BrokenGlass } from './broken-glass.js'
import { brokenGlass } from './broken-glass.js'
import type { UnreviewedGlass } from './glass-facts.js'
import { isOverAt } from './glass-facts.js'
import { GlassLedger } from './glass-ledger.js'
import { ReviewRecord } from '../reviews/review-record.js'
import type { NotCounted } from '../reviews/reviewer.js'
import { reviewingAgainst } from '../reviews/reviewer.js'
import type { ReviewerPorts, Said, Verdict } from '../reviews/said.js'
import { saidIn, standingOfReviewer } from '../reviews/said.js'

/** What a reviewer found. Whoever broke the glass breaks no other one until somebody found it `justified`. */
export type GlassVerdict = Verdict

/**
 * One review: signed by the reviewer (`dec` is `allow` for justified, `deny` for unjustified), or handed in with the
 * credential of the reviewer, which is `asserted`.
 */
export type GlassReview =
  | { readonly evidence: string }
  | { readonly credential: Credential; readonly verdict: GlassVerdict }

/**
 * Whether a review was counted. The reason is one of `malformed`, `unknown-glass`, `still-open`, `no-evidence: <why>`,
 * `not-a-principal`, `principal-expired`, `revoked`, `not-human`, `refused-by-directory`, `not-independent: <dimensions>`,
 * `no-role`, `level-too-low`.
 */
export type GlassReviewReceipt =
  | { readonly counted: true; readonly verdict: GlassVerdict }
  | { readonly counted: false; readonly reason: string }

/** What reviews need of the guard. */
export interface ReviewContext extends ReviewerPorts {
  readonly engine: string
  readonly ledger: Ledger
  readonly journal: Journal
  readonly policyNow: () => CompiledPolicy
  /** Looks up who broke the glass; undefined where no directory is. */
  readonly find: FindRecord | undefined
  readonly revocationsFresh: () => MaybePromise<void>
  /** Whether a glass lifts holds in this process, whatever time it is elsewhere. */
  readonly isOpen: (id: string) => boolean
  readonly onReviewed: (event: { readonly glass: string; readonly verdict: GlassVerdict }) => void
}

/** What was broken and has to be looked at, and the way in for what reviewers found. */
export class GlassReviews {
  readonly #context: ReviewContext
  readonly #stored: GlassLedger
  readonly #record: ReviewRecord

  constructor(context: ReviewContext) {
    this.#context = context
    this.#stored = new GlassLedger(context.ledger, context.deadlineMs)
    const refusal = { type: 'glass.refused-review', about: 'glass', by: 'reviewer' } as const
    this.#record = new ReviewRecord({ journal: context.journal, deadlineMs: context.deadlineMs, refusal })
  }

  /** Every glass that nobody found justified, oldest first, whichever process it was broken in. Throws as the ledger does. */
  async pending(): Promise<readonly BrokenGlass[]> {
    return (await this.#stored.all()).map((glass) => brokenGlass(this.#context.engine, glass))
  }

  /**
   * Takes a review in. Whoever reviews is a person, holds the role that the rule asks for, is live, and is independent of
   * whoever broke the glass as the policy says, in subject, person, run and key at least: no owner of an agent ever is, nor
   * whom the directory names as one since. A glass
   * is over by the ledger's time, and by the clock of this process where it was broken here.
   * On record before it counts. Rejects as the directory, the ledger and the journal do; it does not count then, but for
   * ERR_LEDGER_UNKNOWN: then it counts or not, which `pending` tells.
   */
  async review(id: string, review: GlassReview): Promise<GlassReviewReceipt> {
    await this.#context.revocationsFresh()
    const glass = (await this.#stored.all()).find(({ facts }) => facts.id === id)
    if (glass === undefined) return notCounted('unknown-glass')
    if (this.#context.isOpen(id) || !isOverAt(glass, await this.#stored.nowMs()))
      return this.#refuse(glass, { reason: 'still-open' }, undefined)
    const said = await saidIn(this.#context, review, brokenGlass(this.#context.engine, glass).subject)
    if ('reason' in said) return this.#refuse(glass, said, undefined)
    const unfit = await this.#unfitness(glass, said)
    if (unfit !== undefined) return this.#refuse(glass, unfit, said.reviewer)
    const { evidence, level, reviewer, verdict, via } = said
    await this.#record.append({
      type: 'glass.reviewed',
      session: engineSession,
      body: {
        glass: id,
        evidence: evidence === undefined ? undefined : sha256(evidence),
        level,
        reviewer: principalFragment(reviewer),
        verdict,
        via,
      },
    })
    if (verdict === 'justified') await this.#stored.remove(id)
    this.#context.onReviewed({ glass: id, verdict })
    return Object.freeze({ counted: true, verdict })
  }

  async #unfitness({ breaker, facts }: UnreviewedGlass, { level, reviewer }: Said): Promise<NotCounted | undefined> {
    const standing = await standingOfReviewer(this.#context, reviewer)
    if ('reason' in standing) return standing
    // What the policy says now, where it still has the rule; both where it is about independence.
    const {
      independent,
      level: least,
      role,
    } = this.#context.policyNow().glassRules?.get(facts.rule)?.review ?? facts.review
    const both = [...independent, ...facts.review.independent]
    const party = await partyNow(breaker.party, this.#context.find)
    const unfit = reviewingAgainst({ independent: both, role }, party, standing)
    return unfit ?? (isAtLeast(level, least) ? undefined : { reason: 'level-too-low' })
  }

  async #refuse(
    { facts }: UnreviewedGlass,
    why: NotCounted,
    reviewer: Principal | undefined,
  ): Promise<GlassReviewReceipt> {
    return notCounted(await this.#record.refuse(facts.id, why, reviewer))
  }
}

function notCounted(reason: string): GlassReviewReceipt {
  return Object.freeze({ counted: false, reason })
}
