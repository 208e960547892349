import type { Approver } from '../approvals/approver.js'
import { firstProven, nobodyTakesEvidence, takersOfEvidence } from '../approvals/proof.js'
import { maxEvidence } from '../approvals/vote-form.js'
import { BothKeysError } from '../errors.js'
import { isPrincipal, principalFragment } from '../identity/make-principal.js'
import { ownMember } from '../identity/own-member.js'
import type { StandingNow } from '../identity/standing.js'
import type { Credential, Verifier } from '../identity/verifier.js'
import type { Ledger } from '../ledger/ledger.js'
import { within } from '../ledger/within.js'
import type { Clock } from '../model/clock.js'
import type { ApprovalLevel } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import { isAtLeast } from '../model/level.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { EventDraft } from '../record/event.js'
import { engineSession } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import type { BrokenGlass } from './broken-glass.js'
import { brokenGlass } from './broken-glass.js'
import type { UnreviewedGlass } from './glass-facts.js'
import { isOverAt } from './glass-facts.js'
import { GlassLedger } from './glass-ledger.js'
import type { NotCounted } from './reviewer.js'
import { reviewingAgainst } from './reviewer.js'

/** What a reviewer found. Whoever broke the glass breaks no other one until somebody found it `justified`. */
export type GlassVerdict = 'justified' | 'unjustified'

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
export interface ReviewContext {
  readonly engine: string
  readonly ledger: Ledger
  readonly journal: Journal
  readonly clock: Clock
  readonly policyNow: () => CompiledPolicy
  readonly standingNow: StandingNow
  readonly revocationsFresh: () => MaybePromise<void>
  readonly isRevoked: (principal: Principal) => boolean
  /** Whether a glass lifts holds in this process, whatever time it is elsewhere. */
  readonly isOpen: (id: string) => boolean
  readonly identity: Verifier
  readonly approvers: readonly Approver[]
  readonly deadlineMs: number
  readonly onReviewed: (event: { readonly glass: string; readonly verdict: GlassVerdict }) => void
}

/** Who says what about a glass, and how well that is proven. */
interface Said {
  readonly reviewer: Principal
  readonly verdict: GlassVerdict
  readonly level: ApprovalLevel
  readonly via: string
  readonly evidence?: string
}

/** How many refused reviews of one glass go on record; the others are answered all the same. */
const recordedRefusals = 100

/** What was broken and has to be looked at, and the way in for what reviewers found. */
export class GlassReviews {
  readonly #context: ReviewContext
  readonly #stored: GlassLedger
  readonly #refusals = new Map<string, number>()

  constructor(context: ReviewContext) {
    this.#context = context
    this.#stored = new GlassLedger(context.ledger, context.deadlineMs)
  }

  /** Every glass that nobody found justified, oldest first, whichever process it was broken in. Throws as the ledger does. */
  async pending(): Promise<readonly BrokenGlass[]> {
    return (await this.#stored.all()).map((glass) => brokenGlass(this.#context.engine, glass))
  }

  /**
   * Takes a review in. Whoever reviews is a person, holds the role that the rule asks for, is live, and is independent of
   * whoever broke the glass as the policy says, in subject, person, run and key at least: no owner of an agent ever is. A glass
   * is over by the ledger's time, and by the clock of this process where it was broken here.
   * On record before it counts. Rejects as the directory, the ledger and the journal do; it does not count then.
   */
  async review(id: string, review: GlassReview): Promise<GlassReviewReceipt> {
    await this.#context.revocationsFresh()
    const glass = (await this.#stored.all()).find(({ facts }) => facts.id === id)
    if (glass === undefined) return notCounted({ reason: 'unknown-glass' })
    if (this.#context.isOpen(id) || !isOverAt(glass, await this.#stored.nowMs()))
      return this.#refuse(glass, { reason: 'still-open' }, undefined)
    const said = await this.#said(glass, review)
    if ('reason' in said) return this.#refuse(glass, said, undefined)
    const unfit = await this.#unfitness(glass, said)
    if (unfit !== undefined) return this.#refuse(glass, unfit, said.reviewer)
    const { evidence, level, reviewer, verdict, via } = said
    await this.#record({
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

  #said(glass: UnreviewedGlass, review: unknown): Promise<Said | NotCounted> | NotCounted {
    const evidence = ownMember(review, 'evidence')
    if (evidence !== undefined) {
      if (typeof evidence !== 'string' || evidence.length > maxEvidence) return { reason: 'malformed' }
      return this.#signed(glass, evidence)
    }
    const credential = ownMember(review, 'credential')
    const verdict = ownMember(review, 'verdict')
    if (typeof credential !== 'object' || credential === null) return { reason: 'malformed' }
    if (verdict !== 'justified' && verdict !== 'unjustified') return { reason: 'malformed' }
    return this.#presented(credential as Credential, verdict)
  }

  async #signed(glass: UnreviewedGlass, evidence: string): Promise<Said | NotCounted> {
    const { approvers, deadlineMs, engine } = this.#context
    const about = brokenGlass(engine, glass).subject
    const among = takersOfEvidence(approvers)
    if (among === undefined) return { reason: nobodyTakesEvidence }
    const { verified, via } = await firstProven(among, evidence, about, deadlineMs)
    if ('detail' in verified) return { reason: 'no-evidence', detail: verified.detail }
    const { approver, decision, level } = verified
    return {
      reviewer: approver,
      verdict: decision === 'allow' ? 'justified' : 'unjustified',
      level,
      via: via.name,
      evidence,
    }
  }

  async #presented(credential: Credential, verdict: GlassVerdict): Promise<Said | NotCounted> {
    const { deadlineMs, identity } = this.#context
    try {
      const signal = AbortSignal.timeout(deadlineMs)
      const reviewer: unknown = await within(deadlineMs, 'verifying the credential', 'ERR_INTERNAL', () =>
        identity.verify(credential, signal),
      )
      if (!isPrincipal(reviewer)) return { reason: 'not-a-principal' }
      return { reviewer, verdict, level: 'asserted', via: reviewer.verifiedBy }
    } catch (error) {
      // Messages of ours hold nothing of the credential; others may.
      const own = error instanceof BothKeysError && error.code !== 'ERR_INTERNAL'
      return { reason: 'no-evidence', detail: own ? error.message : 'the credential could not be checked' }
    }
  }

  async #unfitness({ breaker, facts }: UnreviewedGlass, { level, reviewer }: Said): Promise<NotCounted | undefined> {
    const { clock, isRevoked, policyNow, standingNow } = this.#context
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
    if (isRevoked(reviewer) || isRevoked(standing.principal)) return { reason: 'revoked' }
    // What the policy says now, where it still has the rule; both where it is about independence.
    const { independent, level: least, role } = policyNow().glassRules?.get(facts.rule)?.review ?? facts.review
    const both = [...independent, ...facts.review.independent]
    const unfit = reviewingAgainst({ independent: both, role }, breaker.party, standing)
    return unfit ?? (isAtLeast(level, least) ? undefined : { reason: 'level-too-low' })
  }

  async #refuse(
    { facts }: UnreviewedGlass,
    { detail, reason }: NotCounted,
    reviewer: Principal | undefined,
  ): Promise<GlassReviewReceipt> {
    const count = (this.#refusals.get(facts.id) ?? 0) + 1
    this.#refusals.set(facts.id, count)
    if (count <= recordedRefusals) {
      await this.#record({
        type: 'glass.refused-review',
        session: engineSession,
        body: {
          glass: facts.id,
          detail,
          reason,
          reviewer: reviewer === undefined ? undefined : principalFragment(reviewer),
        },
      })
    }
    return notCounted({ reason, ...(detail === undefined ? {} : { detail }) })
  }

  async #record(event: EventDraft): Promise<void> {
    const { deadlineMs, journal } = this.#context
    await within(deadlineMs, 'recording the review', 'ERR_JOURNAL_UNAVAILABLE', () => journal.append(event, 'synced'))
  }
}

function notCounted({ detail, reason }: NotCounted): GlassReviewReceipt {
  return Object.freeze({ counted: false, reason: detail === undefined ? reason : `${reason}: ${detail}` })
}
