import type { CanonicalInput } from '../model/canonical-json.js'
import type { Digest } from '../model/digest.js'
import type { RefusedVote } from './approval-events.js'
import { endedEvent, record, refusedVoteEvent, requestedEvent, voteEvent } from './approval-events.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { Approver, VoteReceipt } from './approver.js'
import type { Assignment } from './assignment.js'
import type { Ending } from './ending.js'
import { endedError, endedOutcome, endingOf, failedEnding } from './ending.js'
import type { CountedVote } from './evidence.js'
import { evidenceRecord } from './evidence.js'
import { Expiry } from './expiry.js'
import type { Place } from './pending-index.js'
import { RequestLedger } from './request-ledger.js'
import type { ApprovalOutcome, HeldAction, HoldRequest } from './request.js'
import { approvalRequest } from './request.js'
import { VoteBox } from './vote-box.js'
import { readVote } from './vote-form.js'
import { VoteQueue } from './vote-queue.js'

/** How often a pending request looks at the clock and the policy. */
const tickMs = 1_000

/**
 * One request from its entry in the ledger to its end. The ledger's compare-and-set decides its state; what this
 * object keeps beside can only end it earlier. Whatever throws or hangs ends it, and an ended request never runs.
 */
export class PendingRequest {
  readonly held: HeldAction
  /** Resolves when the request ended. */
  readonly ended: Promise<void>
  readonly #on: ApprovalPorts
  readonly #hold: HoldRequest
  readonly #approvers: readonly Approver[]
  readonly #ledger: RequestLedger
  readonly #expiry: Expiry
  readonly #votes: VoteBox
  readonly #queue = new VoteQueue()
  readonly #asking = new AbortController()
  readonly #outcome: Promise<ApprovalOutcome>
  #resolve: (outcome: ApprovalOutcome) => void = () => undefined
  #markEnded: () => void = () => undefined
  #opening: Promise<void> = Promise.resolve()
  #opened: 'no' | 'entered' | 'recorded' = 'no'
  #state: 'open' | 'approved' = 'open'
  #ending: Ending | undefined
  #closing: Promise<void> | undefined
  #listening: number
  #refusedSomebody = false
  #timer: NodeJS.Timeout | undefined

  constructor(on: ApprovalPorts, hold: HoldRequest, approvers: readonly Approver[], place: Place) {
    this.held = Object.freeze({ requestId: place.id, digest: hold.digest })
    this.#on = on
    this.#hold = hold
    this.#approvers = approvers
    this.#listening = approvers.length
    this.#ledger = new RequestLedger(on, place)
    this.#expiry = new Expiry(on.clock, hold.requirement.ttlMs)
    this.#votes = new VoteBox(on, hold, this.#expiry)
    this.#outcome = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve
    })
  }

  /** Asks the approvers and waits for the outcome. Aborting `signal` withdraws the request. Called once; never rejects. */
  async run(signal: AbortSignal): Promise<ApprovalOutcome> {
    signal.addEventListener('abort', () => void this.withdraw(), { signal: this.#asking.signal })
    this.#opening = this.#open()
    try {
      await this.#opening
      if (this.#ending === undefined) this.#ask()
    } catch (error) {
      await this.#end(failedEnding(error))
    }
    return this.#outcome
  }

  /** Ends the request unless it was consumed. It can never run later, even if the ledger cannot be reached. */
  withdraw(): Promise<void> {
    return this.#end({ end: 'withdrawn' })
  }

  /** Spends the approval once, after checking everything again. Throws why it cannot be spent. */
  async consume(digest: Digest): Promise<CanonicalInput> {
    const changed: Ending = { end: 'void', why: 'the action is not the one that was approved' }
    await this.#refuseIf(digest === this.#hold.digest ? this.#endingNow() : changed)
    const roles = await this.#votes.liveRoles()
    const consumption = await this.#ledger.consume((stored): readonly Assignment<CountedVote>[] | undefined =>
      this.#endingNow() === undefined ? this.#votes.assignmentNow(stored, roles) : undefined,
    )
    if ('refused' in consumption) throw endedError(this.#ending ?? endingOf(consumption.refused), this.#rules)
    if ('kept' in consumption) {
      const stale: Ending = { end: 'void', why: 'a vote is too old or its approver may not approve any more' }
      await this.#refuseIf(this.#endingNow() ?? stale)
      throw endedError(stale, this.#rules)
    }
    void this.#end({ end: 'consumed' })
    return evidenceRecord(this.held.requestId, consumption.consumed)
  }

  get #rules(): readonly string[] {
    return this.#hold.requirement.rules
  }

  /** The request is in the ledger and on record before anybody hears of it. */
  async #open(): Promise<void> {
    await this.#ledger.enter()
    this.#opened = 'entered'
    const via = this.#approvers.map((approver) => approver.name)
    const event = requestedEvent(this.held.requestId, this.#hold, this.#expiry.expiresAtMs, via)
    await record(this.#on.journal, this.#on.deadlineMs, event, 'synced')
    this.#opened = 'recorded'
  }

  #ask(): void {
    const { digest, session } = this.#hold
    this.#on.onHeld({ session, request: this.held.requestId, digest, rules: this.#rules })
    this.#tick()
    const request = approvalRequest(this.held.requestId, this.#hold, this.#expiry.expiresAtMs)
    for (const approver of this.#approvers) {
      // An async function, so that an approver which throws at once is no different from one that rejects.
      const asked = (async () => approver.ask(request, (vote) => this.#take(approver, vote), this.#asking.signal))()
      asked.catch((error: unknown) => void this.#approverFailed(approver, error))
    }
  }

  #tick(): void {
    try {
      const ending = this.#endingNow()
      if (ending !== undefined) return void this.#end(ending)
      this.#timer = setTimeout(
        () => {
          this.#tick()
        },
        Math.min(tickMs, this.#expiry.remainingMs()),
      )
    } catch (error) {
      void this.#end(failedEnding(error))
    }
  }

  /** Takes one vote. Never rejects: what fails ends the request and is answered as not counted. */
  async #take(via: Approver, raw: unknown): Promise<VoteReceipt> {
    if (this.#queue.full) {
      this.#queue.countRefused()
      return Object.freeze({ counted: false, reason: 'too-many-votes' })
    }
    try {
      return await this.#queue.inTurn(() => this.#count(via, raw))
    } catch (error) {
      await this.#end(failedEnding(error))
      return Object.freeze({ counted: false, reason: 'failed' })
    }
  }

  async #count(via: Approver, raw: unknown): Promise<VoteReceipt> {
    const vote = readVote(raw)
    if (vote === undefined) return this.#refuse({ via: via.name, reason: 'malformed' })
    const refused = { via: via.name, approver: vote.approver }
    const ending = this.#endingNow()
    if (ending !== undefined) {
      await this.#end(ending)
      return this.#refuse({ ...refused, reason: 'late' })
    }
    const examined = await this.#votes.examine(via, vote)
    if ('reason' in examined) return this.#refuse({ ...refused, ...examined })
    if (vote.decision === 'allow' && this.#state === 'approved') return this.#refuse({ ...refused, reason: 'late' })
    const added = await this.#ledger.addVote(this.#votes.keep(examined))
    if (added !== 'counted') {
      this.#votes.drop(examined)
      return this.#refuse({ ...refused, reason: added })
    }
    const event = voteEvent(this.held.requestId, this.#hold, examined, vote.reason)
    await record(this.#on.journal, this.#on.deadlineMs, event, 'synced')
    this.#votes.markRecorded(examined)
    if (vote.decision === 'deny') await this.#end({ end: 'denied', by: examined.approver, reason: vote.reason })
    else if (this.#ending === undefined && this.#votes.assignment() !== undefined) this.#approve()
    return Object.freeze({ counted: true })
  }

  #approve(): void {
    this.#state = 'approved'
    this.#resolve(Object.freeze({ outcome: 'approved', held: this.held }))
  }

  async #refuse(refused: RefusedVote): Promise<VoteReceipt> {
    this.#refusedSomebody = true
    if (this.#queue.countRefused()) {
      const event = refusedVoteEvent(this.held.requestId, this.#hold, refused)
      await record(this.#on.journal, this.#on.deadlineMs, event, 'written')
    }
    const dimensions = refused.dimensions === undefined ? '' : `: ${refused.dimensions.join(', ')}`
    return Object.freeze({ counted: false, reason: refused.reason + dimensions })
  }

  /** An approver that throws is recorded; when none is left to answer, waiting makes no sense. */
  async #approverFailed(approver: Approver, error: unknown): Promise<void> {
    this.#listening--
    if (this.#ending !== undefined) return
    this.#on.onFailure(this.#hold.session, error)
    try {
      // In turn, so that the votes which the approver gave before are counted first.
      await this.#queue.inTurn(async () => {
        const event = refusedVoteEvent(this.held.requestId, this.#hold, {
          via: approver.name,
          reason: 'approver-failed',
        })
        await record(this.#on.journal, this.#on.deadlineMs, event, 'written')
        if (this.#listening > 0 || this.#state === 'approved') return
        await this.#end(this.#refusedSomebody ? nobodyEligible : nobodyAnswers)
      })
    } catch (failure) {
      await this.#end(failedEnding(failure))
    }
  }

  /** What has to end the request now, whether or not it ended already. */
  #endingNow(): Ending | undefined {
    if (this.#ending !== undefined) return this.#ending
    if (this.#expiry.expired()) return { end: 'expired' }
    if (this.#on.policyNow().digest !== this.#hold.policyDigest) return { end: 'void', why: 'the policy changed' }
    if (this.#hold.requester.expiresAt.getTime() > this.#on.clock.wallMs()) return undefined
    return { end: 'void', why: "the requester's identity expired" }
  }

  async #refuseIf(ending: Ending | undefined): Promise<void> {
    if (ending === undefined) return
    await this.#end(ending)
    throw endedError(this.#ending ?? ending, this.#rules)
  }

  /** Ends the request once: from the first line on it can never run. Never rejects. */
  #end(ending: Ending): Promise<void> {
    this.#closing ??= this.#close(ending)
    return this.#closing
  }

  async #close(ending: Ending): Promise<void> {
    this.#ending = ending
    clearTimeout(this.#timer)
    this.#asking.abort()
    await this.#opening.catch(() => undefined)
    try {
      await this.#settle(ending)
    } catch (error) {
      this.#on.onFailure(this.#hold.session, error)
    }
    this.#resolve(endedOutcome(this.#ending, this.#rules))
    this.#markEnded()
  }

  async #settle(ending: Ending): Promise<void> {
    if (this.#opened === 'no') return
    if (ending.end !== 'consumed') {
      const state = await this.#ledger.end(ending.end === 'denied' ? 'void' : ending.end)
      if (state !== ending.end) this.#ending = endingOf(state)
      if (state !== 'consumed' && this.#opened === 'recorded') {
        const event = endedEvent(this.held.requestId, this.#hold, state, this.#queue.refused)
        await record(this.#on.journal, this.#on.deadlineMs, event, 'written')
      }
    }
    await this.#ledger.leave(this.#ending?.end === 'consumed')
  }
}

const nobodyAnswers: Ending = Object.freeze({
  end: 'unavailable',
  code: 'ERR_APPROVAL_UNAVAILABLE',
  why: 'every approver failed, so nobody can decide',
  hint: 'see the observer event "failure" for why they failed',
})

const nobodyEligible: Ending = Object.freeze({
  end: 'unavailable',
  code: 'ERR_APPROVAL_INELIGIBLE',
  why: 'nobody who answered may decide this request, and nobody is left to ask',
  hint: 'the reasons are in the record; ask somebody independent who holds the role',
})
