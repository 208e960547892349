import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import { isPrincipal } from '../identity/make-principal.js'
import type { Standing } from '../identity/standing.js'
import { randomHex } from '../model/digest.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { Approver } from './approver.js'
import type { Assignment } from './assignment.js'
import { assignStages } from './assignment.js'
import type { Candidate, Ineligibility } from './eligibility.js'
import { ineligibility, unfitness } from './eligibility.js'
import type { CountedVote } from './evidence.js'
import type { Expiry } from './expiry.js'
import type { HoldRequest } from './request.js'
import { standingOf } from './standing-of.js'
import type { StoredRequest, StoredVote } from './stored-request.js'
import type { IncomingVote } from './vote-form.js'

/** Why a vote is not counted, before the ledger is asked. */
export interface VoteRefusal {
  readonly reason: Ineligibility['reason'] | 'not-a-principal' | 'other-action' | 'refused-by-directory'
  readonly dimensions?: Ineligibility['dimensions']
}

/** Where everybody whom an approval relies on stands now. A voter whom the directory refuses is missing. */
export interface LiveStandings {
  readonly requester: Principal
  readonly voters: ReadonlyMap<string, Standing>
}

/** The votes of one request, with the principals that the ledger cannot keep. */
export class VoteBox {
  readonly #on: ApprovalPorts
  readonly #hold: HoldRequest
  readonly #expiry: Expiry
  readonly #votes = new Map<string, CountedVote>()
  readonly #recorded = new Set<string>()

  constructor(on: ApprovalPorts, hold: HoldRequest, expiry: Expiry) {
    this.#on = on
    this.#hold = hold
    this.#expiry = expiry
  }

  /** Checks who votes on what. A vote that passes still has to be counted by the ledger. */
  async examine(via: Approver, vote: IncomingVote): Promise<CountedVote | VoteRefusal> {
    const { approver } = vote
    if (!isPrincipal(approver)) return { reason: 'not-a-principal' }
    if (vote.digest !== this.#hold.digest) return { reason: 'other-action' }
    // Before the directory is asked, so that nobody who cannot vote can make a lookup fail and with it the request.
    const unfit = unfitness(this.#hold, approver, this.#on.clock.wallMs())
    if (unfit !== undefined) return unfit
    const standing = await this.#standing(approver)
    if (standing === undefined) return { reason: 'refused-by-directory' }
    const candidate = { approver: standing.principal, roles: standing.roles }
    const refusal = this.#ineligibility(this.#hold, candidate)
    if (refusal !== undefined) return refusal
    const elapsedMs = this.#expiry.elapsedMs()
    const votedAtMs = this.#on.clock.wallMs()
    const counted = { ...candidate, id: randomHex(16), decision: vote.decision, level: via.level, via: via.name }
    return { ...counted, elapsedMs, votedAtMs }
  }

  /** Keeps a vote at hand before the ledger counts it. */
  keep(vote: CountedVote): StoredVote {
    this.#votes.set(vote.id, vote)
    const { issuer, id } = vote.approver.subject
    return { id: vote.id, approver: personKey(issuer, id), decision: vote.decision, elapsedMs: vote.elapsedMs }
  }

  drop(vote: CountedVote): void {
    this.#votes.delete(vote.id)
  }

  /** The vote is on record: only now may anything rely on it. */
  markRecorded(vote: CountedVote): void {
    this.#recorded.add(vote.id)
  }

  /** Fills the stages with the recorded yeses that are not too old, each with the roles given at the vote. */
  assignment(): readonly Assignment<CountedVote>[] | undefined {
    return assignStages(this.#hold, this.#fresh([...this.#votes.values()]))
  }

  /** Where the requester and everybody who said yes stand now, looked up again. Throws when the requester is refused. */
  async standings(): Promise<LiveStandings> {
    const { principal: requester } = await standingOf(this.#on, this.#hold.requester, true)
    const voters = new Map<string, Standing>()
    for (const vote of this.#fresh([...this.#votes.values()])) {
      const standing = await this.#standing(vote.approver)
      if (standing !== undefined) voters.set(vote.id, standing)
    }
    return { requester, voters }
  }

  /** Fills the stages anew with what the ledger holds and where everybody stands now: what lets the action run. */
  assignmentNow(stored: StoredRequest, live: LiveStandings): readonly Assignment<CountedVote>[] | undefined {
    const hold = { ...this.#hold, requester: live.requester }
    const counted = stored.votes.flatMap((vote) => this.#votes.get(vote.id) ?? [])
    const standing = this.#fresh(counted).flatMap((vote) => {
      const found = live.voters.get(vote.id)
      if (found === undefined) return []
      const current = { ...vote, approver: found.principal, roles: found.roles }
      return this.#ineligibility(hold, current) === undefined ? [current] : []
    })
    return assignStages(hold, standing)
  }

  #fresh(votes: readonly CountedVote[]): readonly CountedVote[] {
    const elapsedMs = this.#expiry.elapsedMs()
    return votes.filter(
      (vote) =>
        vote.decision === 'allow' &&
        this.#recorded.has(vote.id) &&
        elapsedMs - vote.elapsedMs <= this.#hold.requirement.voteMaxAgeMs,
    )
  }

  #ineligibility(hold: HoldRequest, candidate: Candidate): Ineligibility | undefined {
    if (this.#on.isRevoked(candidate.approver)) return { reason: 'revoked' }
    return ineligibility(hold, candidate, this.#on.policyNow(), this.#on.clock.wallMs())
  }

  /** Undefined when the directory does not let the approver in; a directory that fails throws. */
  async #standing(approver: Principal): Promise<Standing | undefined> {
    try {
      return await standingOf(this.#on, approver, true)
    } catch (error) {
      if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED') return undefined
      throw error
    }
  }
}
