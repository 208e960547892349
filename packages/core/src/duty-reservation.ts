import type { CountedVote } from './approvals/evidence.js'
import type { ClaimWithApproval } from './approvals/request-ledger.js'
import type { HoldFacts } from './approvals/request.js'
import type { Spent } from './approvals/spent.js'
import type { Act } from './duties/act.js'
import { actOfApproving } from './duties/act.js'
import type { Claim, ExcusedRule } from './duties/claim.js'
import type { Claims } from './duties/claim-draft.js'
import type { HandedOut } from './duties/claims.js'
import { handedOutClaimsOf, measuringLimits, reviewClaimsOf, roleClaimsOf, workClaimsOf } from './duties/claims.js'
import type { IndependentParty } from './duties/independence.js'
import { KnownClaims } from './duties/known-claims.js'
import type { UnreviewedWork } from './duties/work.js'
import { exceeding, notKnown, refused, untrusted } from './duty-refusals.js'
import type { Ledger } from './ledger/ledger.js'
import type { Taking } from './ledger/reserve.js'
import { claimsToJoin, reserve, reserveTaking } from './ledger/reserve.js'
import { within } from './ledger/within.js'
import type { CanonicalInput } from './model/canonical-json.js'
import type { DutyRules } from './model/duty-rules.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { Principal, Subject } from './model/principal.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { Refusal } from './refusal.js'
import { refusalError } from './refusal.js'

/** What reserving needs of the guard. */
export interface DutyReservationOptions {
  readonly ledger: Ledger
  readonly journal: Pick<Journal, 'append'>
  readonly deadlineMs: number
  /** Whether the journal is not all that its noted head says: what happened before cannot be trusted then (RULES 19). */
  readonly journalBehind: boolean
}

/** What came of reserving. `uncounted`: no rule looks at the act, so the ledger was not asked. */
export type Reservation = 'uncounted' | 'reserved' | { readonly refusal: Refusal }

/** Counts what is about to be handed out. Answers why it may not be, if so. */
export type MeasureHandedOut = (handedOut: HandedOut) => Promise<Refusal | undefined>

const noClaims: Claims = { claims: [], unknown: undefined }

/** Keeps the duties of closures apart: the part of a permit that looks at what happened before (RULES 15). */
export class DutyReservation {
  readonly #options: DutyReservationOptions
  readonly #claims = new KnownClaims()

  constructor(options: DutyReservationOptions) {
    this.#options = options
  }

  /**
   * Reserves what an act exercises, for its whole closure, in one compare-and-set. What was reserved stays reserved,
   * whatever becomes of the act. Answers at once when no rule counts it. Throws or rejects as the ledger does.
   */
  reserve(rules: DutyRules, act: Act): MaybePromise<Reservation> {
    return this.#ask(this.#claimsOf(rules, act), whoOf(act))
  }

  /** As `reserve`, and takes something else in the same compare-and-set: both or neither. */
  async reserveTaking<Why>(
    rules: DutyRules | undefined,
    act: Act,
    taking: Taking<Why>,
  ): Promise<'taken' | { readonly refusal: Refusal } | { readonly untaken: Why }> {
    const { deadlineMs, ledger } = this.#options
    const found = this.#claimable(rules, act)
    if ('refusal' in found) return found
    const outcome = await reserveTaking(ledger, found.claims, taking, deadlineMs)
    if ('conflict' in outcome) return { refusal: refused(outcome.conflict) }
    if ('untaken' in outcome) return outcome
    if (outcome.excused.length > 0) await this.#recordExcuses(outcome.excused, whoOf(act))
    return 'taken'
  }

  /**
   * Reserves what an act exercises in the compare-and-set that spends its approval: both or neither (RULES 15). `alone` spends
   * it where no rule counts the act. What either of them throws passes, and nothing may run then.
   */
  async reserveSpending(
    rules: DutyRules | undefined,
    act: Act,
    spend: {
      readonly alone: () => Promise<CanonicalInput>
      readonly claiming: (claim: ClaimWithApproval) => Promise<Spent>
    },
  ): Promise<{ readonly refusal: Refusal } | { readonly evidence: CanonicalInput; readonly counted: boolean }> {
    const { deadlineMs, ledger } = this.#options
    const found = this.#claimable(rules, act)
    if ('refusal' in found) return found
    if (found.claims.length === 0) return { evidence: await spend.alone(), counted: false }
    // Who said yes is known only then, and stands in the work that is reviewed.
    const spent = await spend.claiming((approvers) => {
      const { claims } = rules === undefined ? noClaims : this.#claimsOf(rules, { ...act, approvers })
      return claimsToJoin(ledger, claims, deadlineMs)
    })
    if ('conflict' in spent) return { refusal: refused(spent.conflict) }
    if (spent.excused.length > 0) await this.#recordExcuses(spent.excused, whoOf(act))
    return { evidence: spent.evidence, counted: true }
  }

  /**
   * What counts the rows that an act is handed out, before it gets them: answers a refusal when they are more than a limit
   * leaves. Undefined when no limit counts them. It throws or rejects as the ledger does, and nothing may be handed out then.
   */
  measure(rules: DutyRules | undefined, act: Act): MeasureHandedOut | undefined {
    const limits = rules === undefined ? [] : measuringLimits(rules, act)
    if (rules === undefined || limits.length === 0) return undefined
    const ofAction = limits.filter(({ windowMs }) => windowMs === 0)
    let sum: HandedOut = { rows: 0, bytes: 0 }
    return async (handedOut) => {
      sum = { rows: sum.rows + handedOut.rows, bytes: sum.bytes + handedOut.bytes }
      const over = ofAction.find(({ measure, most }) => (measure === 'bytes' ? sum.bytes : sum.rows) > most)
      if (over !== undefined) return exceeding({ ...over, noun: over.measure, limit: over.most })
      const reservation = await this.#ask(handedOutClaimsOf(rules, act, handedOut), whoOf(act))
      return typeof reservation === 'object' ? reservation.refusal : undefined
    }
  }

  /** Whether an act would be refused now; reserves nothing. */
  look(rules: DutyRules, act: Act): MaybePromise<Reservation> {
    return this.#ask(this.#claimsOf(rules, act), undefined)
  }

  /**
   * The rule that keeps somebody from deciding a held action because of what their closure did before; undefined when none
   * does. A yes is reserved as the duty `approve` on what the action is about; a no only has to be free of conflict.
   */
  async mayVote(rules: DutyRules | undefined, hold: HoldFacts, vote: CountedVote): Promise<string | undefined> {
    if (rules === undefined) return undefined
    const act = actOfVote(hold, vote)
    const roles = await this.#ask(roleClaimsOf(rules, act, 0), vote.decision === 'allow' ? whoOf(act) : undefined)
    if (typeof roles === 'object') return roles.refusal.rules.join(', ')
    const reservation = await (vote.decision === 'allow' ? this.reserve(rules, act) : this.look(rules, act))
    return typeof reservation === 'object' ? reservation.refusal.rules.join(', ') : undefined
  }

  /** What would keep somebody from deciding a held action if they voted now; undefined when nothing would. Reserves nothing. */
  async votingAgainst(
    rules: DutyRules,
    hold: HoldFacts,
    voter: Pick<CountedVote, 'approver' | 'roles'>,
  ): Promise<Refusal | undefined> {
    const act = actOfVote(hold, voter)
    const roles = await this.#ask(roleClaimsOf(rules, act, 0), undefined)
    const reservation = typeof roles === 'object' ? roles : await this.look(rules, act)
    return typeof reservation === 'object' ? reservation.refusal : undefined
  }

  /**
   * Reserves the separated roles of a principal for as long as it lives. Throws ERR_DUTY_CONFLICT when its closure holds
   * one that conflicts, and what the ledger throws; no session opens then.
   */
  async admitRoles(rules: DutyRules | undefined, principal: Principal, livesMs: number): Promise<void> {
    if (rules === undefined) return
    const who = { party: principal, roles: principal.restrictingRoles }
    const reservation = await this.#ask(roleClaimsOf(rules, who, Math.ceil(livesMs)), {
      does: 'open',
      who: principal.subject,
    })
    if (typeof reservation === 'object') throw refusalError(reservation.refusal)
  }

  /**
   * The rule that keeps somebody from reviewing work because of what their closure did before; undefined when none does.
   * Where nothing does, the review is reserved as a step of its chain: what is not counted in the end stays reserved.
   */
  async mayReview(
    rules: DutyRules | undefined,
    work: UnreviewedWork,
    reviewer: { readonly party: IndependentParty & Pick<Principal, 'subject'>; readonly roles: readonly string[] },
  ): Promise<string | undefined> {
    if (rules === undefined) return undefined
    const by: Reserver = { does: 'review', who: reviewer.party.subject }
    const claims = [roleClaimsOf(rules, reviewer, 0), reviewClaimsOf(rules, work, reviewer)]
    for (const each of claims) {
      const reservation = await this.#ask(each, by)
      if (typeof reservation === 'object') return reservation.refusal.rules.join(', ')
    }
    return undefined
  }

  /** With what has to be reviewed: that is another one for each action, so nothing of it is remembered. */
  #claimsOf(rules: DutyRules, act: Act): Claims {
    const known = this.#claims.of(rules, act)
    const work = workClaimsOf(rules, act)
    if (work.claims.length === 0 && work.unknown === undefined) return known
    return { claims: [...known.claims, ...work.claims], unknown: known.unknown ?? work.unknown }
  }

  /** What an act has to reserve, if it may reserve anything. */
  #claimable(
    rules: DutyRules | undefined,
    act: Act,
  ): { readonly claims: readonly Claim[] } | { readonly refusal: Refusal } {
    const { claims, unknown } = rules === undefined ? noClaims : this.#claimsOf(rules, act)
    if (unknown !== undefined) return { refusal: notKnown(unknown) }
    return claims.length > 0 && this.#options.journalBehind ? { refusal: untrusted(claims) } : { claims }
  }

  /** `by` left out: nothing is reserved. */
  #ask({ claims, unknown }: Claims, by: Reserver | undefined): MaybePromise<Reservation> {
    if (unknown !== undefined) return { refusal: notKnown(unknown) }
    if (claims.length === 0) return 'uncounted'
    if (this.#options.journalBehind) return { refusal: untrusted(claims) }
    return this.#reserve(claims, by)
  }

  async #reserve(claims: readonly Claim[], by: Reserver | undefined): Promise<Reservation> {
    const { deadlineMs, ledger } = this.#options
    const { conflict, excused } = await reserve(ledger, claims, { deadlineMs, dryRun: by === undefined })
    if (conflict !== undefined) return { refusal: refused(conflict) }
    if (by !== undefined && excused.length > 0) await this.#recordExcuses(excused, by)
    return 'reserved'
  }

  /** An exception that nobody could find afterwards lets nothing through. */
  async #recordExcuses(excused: readonly ExcusedRule[], { does, target, who }: Reserver): Promise<void> {
    const { deadlineMs, journal } = this.#options
    const mitigations = [
      ...new Map(excused.map(({ mitigation, rule }) => [mitigation, { id: mitigation, rule }])).values(),
    ]
    const body = { does, mitigations, target, who: { issuer: who.issuer, id: who.id } }
    await within(deadlineMs, 'the journal', 'ERR_JOURNAL_UNAVAILABLE', () =>
      journal.append({ type: 'duty.excused', session: engineSession, body }, 'synced'),
    )
  }
}

function actOfVote({ action, requester }: HoldFacts, { approver }: Pick<CountedVote, 'approver'>): Act {
  return actOfApproving(
    {
      target: action.target.name,
      effects: action.description.effects,
      root: requester.run.root,
      change: requester.change,
    },
    { party: approver, roles: approver.restrictingRoles },
  )
}

/** Who reserves, and for what: an act of theirs, or the session that they open. */
interface Reserver {
  readonly does: Act['kind'] | 'open' | 'review'
  readonly who: Subject
  readonly target?: string
}

function whoOf({ kind, party, target }: Act): Reserver {
  return { does: kind, who: party.subject, target }
}
