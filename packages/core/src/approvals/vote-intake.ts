import { record, refusedVoteEvent, voteEvent } from './approval-events.js'
import type { RefusedVote } from './approval-events.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { Approver, VoteReceipt } from './approver.js'
import type { Ending } from './ending.js'
import { failedEnding, nobodyAnswers, nobodyEligible } from './ending.js'
import type { Approvers } from './proof.js'
import type { RequestLedger } from './request-ledger.js'
import type { Submission } from './stored-request.js'
import type { HoldRequest } from './request.js'
import type { VoteBox } from './vote-box.js'
import { readVote } from './vote-form.js'
import { VoteQueue } from './vote-queue.js'

/** The request that votes are taken for. */
export interface VotedOn {
  readonly id: string
  readonly hold: HoldRequest
  readonly ledger: RequestLedger
  readonly votes: VoteBox
  /** Whether enough people said yes: from then on only a no counts. */
  isApproved(): boolean
  /** What has to end the request now, if anything. */
  endingNow(): Ending | undefined
  /** Ends the request unless it ended already. Never rejects. */
  end(ending: Ending): Promise<void>
  approve(): void
}

/** Takes votes one after the other: read, examined, counted by the ledger, put on record, and only then of effect. */
export class VoteIntake {
  readonly #on: ApprovalPorts
  readonly #request: VotedOn
  readonly #queue = new VoteQueue()
  #listening: number
  #refusedSomebody = false

  constructor(on: ApprovalPorts, request: VotedOn, approvers: number) {
    this.#on = on
    this.#request = request
    this.#listening = approvers
  }

  /** How many votes were not counted. */
  get refused(): number {
    return this.#queue.refused
  }

  /**
   * Takes one vote, from whichever of the approvers it is for. Nothing of it is looked at before its turn. Never rejects: what
   * fails ends the request and is answered as not counted.
   */
  async take(among: Approvers, raw: unknown): Promise<VoteReceipt> {
    if (this.#queue.full) {
      this.#queue.countRefused()
      return notCounted('too-many-votes')
    }
    try {
      return await this.#queue.inTurn(() => this.#count(among, raw))
    } catch (error) {
      await this.#request.end(failedEnding(error))
      return notCounted('failed')
    }
  }

  /** Takes evidence that another process left. It is counted or taken away, never kept. Never rejects. */
  async takeSubmitted({ elapsedMs, evidence, id }: Submission, via: Approver | undefined): Promise<void> {
    try {
      await this.#queue.inTurn(async () => {
        const receipt =
          via === undefined ? notCounted('late') : await this.#count([via], { evidence }, { id, elapsedMs })
        if (!receipt.counted) await this.#request.ledger.drop(id)
      })
    } catch (error) {
      await this.#request.end(failedEnding(error))
    }
  }

  /** An approver that threw is recorded; when none is left to answer, waiting makes no sense. Never rejects. */
  async approverFailed(via: Approver, error: unknown): Promise<void> {
    this.#listening--
    const { hold, id } = this.#request
    this.#on.onFailure(hold.session, error)
    try {
      // In turn, so that the votes which the approver gave before are counted first.
      await this.#queue.inTurn(async () => {
        await this.#record(refusedVoteEvent(id, hold, { via: via.name, reason: 'approver-failed' }), 'written')
        if (this.#listening > 0 || this.#request.isApproved()) return
        await this.#request.end(this.#refusedSomebody ? nobodyEligible : nobodyAnswers)
      })
    } catch (failure) {
      await this.#request.end(failedEnding(failure))
    }
  }

  async #count(
    among: Approvers,
    raw: unknown,
    submitted?: { readonly id: string; readonly elapsedMs: number | undefined },
  ): Promise<VoteReceipt> {
    const { hold, id, ledger, votes } = this.#request
    const vote = readVote(raw)
    const [via] = among
    if (vote === undefined) return this.#refuse({ via: via.name, reason: 'malformed' })
    const refused = { via: via.name, approver: 'approver' in vote ? vote.approver : undefined }
    const ending = this.#request.endingNow()
    if (ending !== undefined) {
      await this.#request.end(ending)
      return this.#refuse({ ...refused, reason: 'late' })
    }
    const examined = await votes.examine(among, vote, submitted?.elapsedMs)
    if (!('id' in examined)) return this.#refuse({ ...refused, ...examined })
    const known = { via: examined.via, approver: examined.approver }
    if (examined.decision === 'allow' && this.#request.isApproved()) return this.#refuse({ ...known, reason: 'late' })
    const against = await this.#on.mayVote(hold, examined)
    if (against !== undefined) return this.#refuse({ ...known, reason: `duty-conflict: ${against}` })
    const added = await ledger.addVote(votes.keep(examined), examined.proof, submitted?.id)
    if (added !== 'counted') {
      votes.drop(examined)
      return this.#refuse({ ...known, reason: added })
    }
    await this.#record(voteEvent(id, hold, examined), 'synced')
    votes.markRecorded(examined)
    if (examined.decision === 'deny') {
      await this.#request.end({ end: 'denied', by: examined.approver, reason: examined.reason })
    } else if (votes.assignment() !== undefined) this.#request.approve()
    return Object.freeze({ counted: true })
  }

  async #refuse(refused: RefusedVote): Promise<VoteReceipt> {
    this.#refusedSomebody = true
    const { hold, id } = this.#request
    if (this.#queue.countRefused()) await this.#record(refusedVoteEvent(id, hold, refused), 'written')
    const more = refused.dimensions?.join(', ') ?? refused.detail
    return notCounted(more === undefined ? refused.reason : `${refused.reason}: ${more}`)
  }

  #record(event: Parameters<typeof record>[2], durability: 'written' | 'synced'): Promise<void> {
    return record(this.#on.journal, this.#on.deadlineMs, event, durability)
  }
}

function notCounted(reason: string): VoteReceipt {
  return Object.freeze({ counted: false, reason })
}
