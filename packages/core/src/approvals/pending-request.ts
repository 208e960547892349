import type { Digest } from '../model/digest.js'
import { over } from '../model/over.js'
import type { Principal } from '../model/principal.js'
import type { SnapshotValue } from '../model/snapshot.js'
import { endedEvent, record, requestedEvent } from './approval-events.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { ApprovalRequest, Approver, VoteReceipt } from './approver.js'
import { Asker } from './asker.js'
import type { Assignment } from './assignment.js'
import { endReason } from './ended-signal.js'
import type { Ending } from './ending.js'
import { carriedOn, endedError, endedOutcome, endingOf, failedEnding, floodOfVotes } from './ending.js'
import type { CountedVote } from './evidence.js'
import { evidenceRecord } from './evidence.js'
import { Expiry } from './expiry.js'
import { Lookout } from './lookout.js'
import { lostRole } from './lost-role.js'
import type { Origin } from './origin.js'
import { nobodyTakesEvidence, takersOfEvidence } from './proof.js'
import type { ClaimWithApproval, Consumption } from './request-ledger.js'
import { RequestLedger } from './request-ledger.js'
import type { ApprovalOutcome, HeldAction, HoldRequest } from './request.js'
import { approvalRequest } from './request.js'
import type { Spent } from './spent.js'
import { stillApproved } from './still-approved.js'
import type { StoredRequest } from './stored-request.js'
import { newRequest, stateOf, storedValue } from './stored-request.js'
import { VoteBox } from './vote-box.js'
import { VoteIntake } from './vote-intake.js'

/** How often new evidence may come in while an approval is being spent. */
const maxRounds = 8

/**
 * One request from its entry in the ledger to its end. The ledger's compare-and-set decides its state; what this
 * object keeps beside can only end it earlier. Whatever throws or hangs ends it, and an ended request never runs.
 */
export class PendingRequest {
  readonly held: HeldAction
  /** What approvers are asked. */
  readonly request: ApprovalRequest
  /** Resolves when the request ended. */
  readonly ended: Promise<void>
  readonly #on: ApprovalPorts
  readonly #hold: HoldRequest
  readonly #approvers: readonly Approver[]
  readonly #ledger: RequestLedger
  readonly #expiry: Expiry
  readonly #votes: VoteBox
  readonly #intake: VoteIntake
  readonly #taken: StoredRequest | undefined
  readonly #asking = new AbortController()
  readonly #outcome: Promise<ApprovalOutcome>
  #resolve: (outcome: ApprovalOutcome) => void = () => undefined
  #markEnded: () => void = () => undefined
  #opening: Promise<void> = Promise.resolve()
  #opened: 'no' | 'entered' | 'recorded' = 'no'
  #approved = false
  #ending: Ending | undefined
  #closing: Promise<void> | undefined
  readonly #lookout: Lookout
  readonly #asker: Asker
  #relied: readonly Assignment<CountedVote>[] | undefined

  constructor(on: ApprovalPorts, hold: HoldRequest, approvers: readonly Approver[], from: Origin) {
    const { nonce, place, taken } = from
    this.held = Object.freeze({
      requestId: place.id,
      digest: hold.digest,
      binding: Object.freeze({ nonce, actionId: hold.actionId }),
    })
    this.#expiry = new Expiry(on.clock, hold.requirement.ttlMs, taken)
    this.#taken = taken?.stored
    this.request = approvalRequest(place.id, hold, this.#expiry.expiresAtMs, on.engine)
    this.#on = on
    this.#hold = hold
    this.#approvers = approvers
    const value = (enteredAtMs: number, keptUntilMs: number): SnapshotValue =>
      storedValue({
        ...newRequest(hold, this.request.view),
        holder: place.holder,
        expiresAtMs: this.#expiry.expiresAtMs,
        enteredAtMs,
        keptUntilMs,
        heldUntilMs: on.leaseMs === undefined ? keptUntilMs : enteredAtMs + on.leaseMs,
      })
    this.#ledger = new RequestLedger(on, { ...place, value }, hold.requirement.voteMaxAgeMs)
    this.#votes = new VoteBox(on, hold, this.request, this.#expiry)
    this.#intake = this.#makeIntake()
    this.#lookout = new Lookout(on, {
      ledger: this.#ledger,
      expiry: this.#expiry,
      isShared: () => this.#isShared,
      hasEnded: () => this.#ending !== undefined,
      endingNow: () => this.#endingNow(),
      collect: () => this.#collect(),
      end: (ending) => this.#end(ending),
    })
    this.#asker = new Asker(hold.onHeld, () => void this.withdraw())
    this.#outcome = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve
    })
  }

  /** Takes evidence about the request. Never rejects. */
  async submit(evidence: string): Promise<VoteReceipt> {
    const among = takersOfEvidence(this.#approvers)
    if (among === undefined) return Object.freeze({ counted: false, reason: nobodyTakesEvidence })
    return this.#intake.take(among, { evidence })
  }

  /** Asks the approvers and waits for the outcome. Aborting `signal` withdraws the request. Called once; never rejects. */
  async run(signal: AbortSignal): Promise<ApprovalOutcome> {
    if (signal.aborted) return this.withdraw().then(() => this.#outcome)
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

  /** Spends the approval once, after checking everything again, with what is claimed. Throws why it cannot be spent. */
  async consume(digest: Digest, claim?: ClaimWithApproval): Promise<Spent> {
    const changed: Ending = { end: 'void', why: 'the action is not the one that was approved' }
    await this.#refuseIf(digest === this.#hold.digest ? this.#endingNow() : changed)
    const consumption = await this.#spend(claim)
    if ('conflict' in consumption) return consumption
    if ('waiting' in consumption) throw endedError(floodOfVotes, this.#rules)
    if ('refused' in consumption) {
      await this.#collect()
      throw endedError(this.#ending ?? endingOf(consumption.refused), this.#rules)
    }
    if ('kept' in consumption) {
      const stale: Ending = { end: 'void', why: 'a vote is too old or its approver may not approve any more' }
      await this.#refuseIf(this.#endingNow() ?? stale)
      throw endedError(stale, this.#rules)
    }
    this.#relied = consumption.consumed
    void this.#end({ end: 'consumed' })
    const { consumed, excused } = consumption
    return { evidence: evidenceRecord(this.held.requestId, consumed, this.#hold.maxAffected), excused }
  }

  /** Whether what was spent would be approved by the same people now. Rejects as the directory does. */
  async stands(): Promise<boolean> {
    if (this.#relied === undefined) return false
    return stillApproved(this.#on, this.#hold, this.#relied, (vote) => this.#votes.provenAgain(vote, vote.votedAtMs))
  }

  /** Whether one of those who approved what was spent is revoked. */
  reliesOnRevoked(): boolean {
    return this.#relied === undefined || this.#relied.some(({ vote }) => this.#on.isRevoked(vote.approver))
  }

  /** Everybody who said yes, whether it was needed or not. */
  readonly approvers = (): readonly Principal[] => this.#votes.yeses()

  /** Whether what was spent still lets its action run. */
  counts(): boolean {
    return !this.#expiry.expired() && !this.reliesOnRevoked()
  }

  /** Examines what other processes took in until nothing is left that could be a no, and spends the approval then. */
  async #spend(claim: ClaimWithApproval | undefined): Promise<Consumption<readonly Assignment<CountedVote>[]>> {
    let consumption: Consumption<readonly Assignment<CountedVote>[]> = { waiting: true }
    for (let round = 0; round < maxRounds && 'waiting' in consumption; round++) {
      // The ledger says in the step itself whether something was left there.
      if (round > 0) await this.#collect()
      await this.#refuseIf(this.#endingNow())
      const live = await this.#votes.standings()
      await this.#refuseIf(lostRole(this.#hold.requester, live.requester))
      const claimed = claim === undefined ? undefined : await claim(this.#votes.yeses())
      consumption = await this.#ledger.consume(
        (stored) => (this.#endingNow() === undefined ? this.#votes.assignmentNow(stored, live) : undefined),
        claimed,
      )
    }
    return consumption
  }

  /** Takes over what other processes left in the ledger: evidence, and an end. Throws as the ledger does. */
  async #collect(): Promise<void> {
    if (!this.#isShared || this.#ending !== undefined) return
    const stored = await this.#ledger.read()
    if (stored === 'elsewhere') return this.#end(carriedOn)
    for (const submission of stored?.submitted ?? []) {
      await this.#intake.takeSubmitted(
        submission,
        this.#approvers.find(({ name }) => name === submission.via),
      )
    }
    const state = stored === undefined ? 'void' : stateOf(stored)
    if (state !== 'pending' && state !== 'consumed') await this.#end(endingOf(state))
  }

  #makeIntake(): VoteIntake {
    const request = {
      id: this.held.requestId,
      hold: this.#hold,
      ledger: this.#ledger,
      votes: this.#votes,
      isApproved: () => this.#approved,
      endingNow: () => this.#endingNow(),
      end: (ending: Ending) => this.#end(ending),
      approve: () => {
        this.#approve()
      },
    }
    return new VoteIntake(this.#on, request, this.#approvers.length)
  }

  get #rules(): readonly string[] {
    return this.#hold.requirement.rules
  }

  /** The request is in the ledger and on record before anybody hears of it. */
  async #open(): Promise<void> {
    this.#lookout.alive()
    await (this.#taken === undefined ? this.#ledger.enter() : this.#ledger.takeOver(this.#taken))
    this.#opened = 'entered'
    const via = this.#approvers.map((approver) => approver.name)
    const event = requestedEvent(this.held.requestId, this.#hold, {
      expiresAtMs: this.#expiry.expiresAtMs,
      via,
      takenOver: this.#taken !== undefined,
    })
    await record(this.#on.journal, this.#on.deadlineMs, event, 'synced')
    this.#opened = 'recorded'
  }

  #ask(): void {
    const { digest, session } = this.#hold
    this.#on.onHeld({ session, request: this.held.requestId, digest, rules: this.#rules })
    this.#asker.tell(this.request)
    this.#lookout.start()
    for (const approver of this.#approvers) {
      // An async function, so that an approver which throws at once is no different from one that rejects.
      const asked = (async () =>
        approver.ask(this.request, (vote) => this.#intake.take([approver], vote), this.#asking.signal))()
      asked.catch((error: unknown) => {
        if (this.#ending === undefined) void this.#intake.approverFailed(approver, error)
      })
    }
  }

  /** Whether other processes may have to do with the request. */
  get #isShared(): boolean {
    return this.#on.leaseMs !== undefined || this.#approvers.some((approver) => approver.verify !== undefined)
  }

  #approve(): void {
    if (this.#ending !== undefined) return
    this.#approved = true
    this.#asker.whenBack(() => this.#resolve(Object.freeze({ outcome: 'approved', held: this.held })))
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
    this.#lookout.stop()
    // Approvers tell people how it ended, which is for whoever holds it: the ledger says who that is where it can be another one.
    if (ending.end === 'consumed' || this.#on.leaseMs === undefined) this.#asking.abort(endReason(ending.end))
    await this.#opening.catch(() => undefined)
    try {
      await this.#settle(ending)
    } catch (error) {
      this.#on.onFailure(this.#hold.session, error)
    }
    this.#asking.abort(over)
    const intent = this.#opened === 'recorded' ? this.#hold.actionId : undefined
    this.#resolve({ ...endedOutcome(this.#ending, this.#rules), intent })
    this.#markEnded()
  }

  /** Brings ledger and record in line with the end. What the ledger says about it wins. */
  async #settle(ending: Ending): Promise<void> {
    if (this.#opened === 'no') return
    if (ending.end === 'consumed') return this.#ledger.leave(true)
    const state = await this.#ledger.end(ending.end === 'denied' ? 'void' : ending.end)
    if (state === 'elsewhere') this.#ending = carriedOn
    else {
      if (state !== ending.end) this.#ending = endingOf(state)
      this.#asking.abort(endReason(state))
      await this.#ledger.leave(state === 'consumed')
    }
    if (state === 'consumed' || this.#opened === 'entered') return
    const outcome = state === 'elsewhere' ? 'void' : state
    const event = endedEvent(this.held.requestId, this.#hold, outcome, this.#intake.refused)
    await record(this.#on.journal, this.#on.deadlineMs, event, 'written')
  }
}
