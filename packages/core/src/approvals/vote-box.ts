import { personKey } from '../duties/person.js'
import { isPrincipal } from '../identity/make-principal.js'
import { randomHex } from '../model/digest.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { Approver } from './approver.js'
import type { Assignment } from './assignment.js'
import { assignStages } from './assignment.js'
import type { Candidate, Ineligibility } from './eligibility.js'
import { ineligibility } from './eligibility.js'
import type { CountedVote } from './evidence.js'
import type { Expiry } from './expiry.js'
import type { HoldRequest } from './request.js'
import type { StoredRequest, StoredVote } from './stored-request.js'
import type { IncomingVote } from './vote-form.js'
import { within } from './within.js'

/** Why a vote is not counted, before the ledger is asked. */
export interface VoteRefusal {
  readonly reason: Ineligibility['reason'] | 'not-a-principal' | 'other-action'
  readonly dimensions?: Ineligibility['dimensions']
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
    const candidate = { approver, roles: await this.#rolesNow(approver) }
    const refusal = this.#ineligibility(candidate)
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

  /** The live roles of everybody who said yes, looked up again. */
  async liveRoles(): Promise<ReadonlyMap<string, readonly string[]>> {
    const roles = new Map<string, readonly string[]>()
    for (const vote of this.#fresh([...this.#votes.values()])) roles.set(vote.id, await this.#rolesNow(vote.approver))
    return roles
  }

  /** Fills the stages anew with what the ledger holds and the roles that are live: what lets the action run. */
  assignmentNow(
    stored: StoredRequest,
    roles: ReadonlyMap<string, readonly string[]>,
  ): readonly Assignment<CountedVote>[] | undefined {
    const counted = stored.votes.flatMap((vote) => this.#votes.get(vote.id) ?? [])
    const live = this.#fresh(counted).flatMap((vote) => {
      const current = { ...vote, roles: roles.get(vote.id) ?? [] }
      return this.#ineligibility(current) === undefined ? [current] : []
    })
    return assignStages(this.#hold, live)
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

  #ineligibility(candidate: Candidate): Ineligibility | undefined {
    if (this.#on.isRevoked(candidate.approver)) return { reason: 'revoked' }
    return ineligibility(this.#hold, candidate, this.#on.policyNow(), this.#on.clock.wallMs())
  }

  async #rolesNow(principal: Principal): Promise<readonly string[]> {
    return within(this.#on.deadlineMs, 'looking up roles', 'ERR_INTERNAL', () => this.#on.rolesNow(principal))
  }
}
