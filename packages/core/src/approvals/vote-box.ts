import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import { isPrincipal } from '../identity/make-principal.js'
import type { Standing } from '../identity/standing.js'
import { randomHex } from '../model/digest.js'
import { isAtLeast, lowerLevel } from '../model/level.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { ApprovalRequest, Approver } from './approver.js'
import type { Assignment } from './assignment.js'
import { assignStages } from './assignment.js'
import type { Candidate, Ineligibility } from './eligibility.js'
import { ineligibility, unfitness } from './eligibility.js'
import type { CountedVote, Proof } from './evidence.js'
import type { Expiry } from './expiry.js'
import type { Approvers } from './proof.js'
import { evidenceId, firstProven } from './proof.js'
import type { HoldRequest } from './request.js'
import { clearRequest } from './request.js'
import { standingOf } from './standing-of.js'
import type { StoredRequest, StoredVote } from './stored-request.js'
import { stands } from './stored-request.js'
import type { ClaimedVote, IncomingVote } from './vote-form.js'

/** Why a vote is not counted, before the ledger is asked. */
export interface VoteRefusal {
  readonly reason:
    | Ineligibility['reason']
    | 'not-a-principal'
    | 'other-action'
    | 'refused-by-directory'
    | 'no-evidence'
    | 'level-too-low'
  readonly detail?: string
  /** Whoever it seems to be. */
  readonly approver?: Principal
  readonly dimensions?: Ineligibility['dimensions']
}

/** Where everybody whom an approval relies on stands now. A voter whom the directory refuses is missing. */
export interface LiveStandings {
  readonly requester: Principal
  readonly voters: ReadonlyMap<string, Standing>
}

/** A vote before anybody asks whether it may count. */
type GivenVote = Pick<
  CountedVote,
  'approver' | 'decision' | 'level' | 'stage' | 'reason' | 'proof' | 'via' | 'sawClear'
>

/** The votes of one request, with the principals that the ledger cannot keep. */
export class VoteBox {
  readonly #on: ApprovalPorts
  readonly #hold: HoldRequest
  readonly #request: ApprovalRequest
  /** What whoever may see what masks hide is asked. */
  readonly #clear: ApprovalRequest | undefined
  readonly #expiry: Expiry
  readonly #votes = new Map<string, CountedVote>()
  readonly #recorded = new Set<string>()

  constructor(on: ApprovalPorts, hold: HoldRequest, request: ApprovalRequest, expiry: Expiry) {
    this.#on = on
    this.#hold = hold
    this.#request = request
    this.#clear = clearRequest(request, hold, on.engine)
    this.#expiry = expiry
  }

  /**
   * Checks who votes on what, by way of the first of the approvers that the evidence proves something to. A vote that passes
   * still has to be counted by the ledger. `countedMs`: when another process counted it, after the request was made.
   */
  async examine(among: Approvers, vote: IncomingVote, countedMs = Infinity): Promise<CountedVote | VoteRefusal> {
    const given = 'evidence' in vote ? await this.#prove(among, vote.evidence) : this.#believe(among[0], vote)
    if (!('decision' in given)) return given
    const { approver } = given
    // Before the directory is asked, so that nobody who cannot vote can make a lookup fail and with it the request.
    const unfit = unfitness(this.#hold, approver, this.#on.clock.wallMs())
    if (unfit !== undefined) return { ...unfit, approver }
    const standing = await this.#standing(approver)
    if (standing === undefined) return { reason: 'refused-by-directory', approver }
    const candidate = { ...given, approver: standing.principal, roles: standing.roles }
    const refusal = this.#ineligibility(this.#hold, candidate)
    if (refusal !== undefined) return { ...refusal, approver }
    if (!isAtLeast(given.level, this.#hold.requirement.level)) return { reason: 'level-too-low', approver }
    const nowMs = this.#expiry.elapsedMs()
    const elapsedMs = Math.min(countedMs, nowMs)
    const votedAtMs = this.#on.clock.wallMs() - (nowMs - elapsedMs)
    const lastsMs = approver.expiresAt.getTime() - votedAtMs
    return { ...candidate, id: randomHex(16), elapsedMs, votedAtMs, lastsMs }
  }

  /** What an approver port says by itself is no more than asserted. */
  #believe(via: Approver, { approver, decision, digest, reason }: ClaimedVote): GivenVote | VoteRefusal {
    if (!isPrincipal(approver)) return { reason: 'not-a-principal' }
    if (digest !== this.#hold.digest) return { reason: 'other-action', approver }
    return { approver, decision, level: 'asserted', reason, via: via.name }
  }

  /** A yes to a view that was cut, or in which masks hide values, is no more than a click. */
  async #prove(among: Approvers, evidence: string, asOfMs?: number): Promise<GivenVote | VoteRefusal> {
    const given = await this.#proveAbout(this.#request, among, evidence, asOfMs)
    if ('decision' in given || this.#clear === undefined) return given
    const clear = await this.#proveAbout(this.#clear, among, evidence, asOfMs)
    if (!('decision' in clear)) return given
    // A no is one, whatever it was about.
    return clear.decision === 'allow' ? { ...clear, sawClear: true } : clear
  }

  async #proveAbout(
    { subject, view }: ApprovalRequest,
    among: Approvers,
    evidence: string,
    asOfMs: number | undefined,
  ): Promise<GivenVote | VoteRefusal> {
    const { verified, via } = await firstProven(among, evidence, subject, this.#on.deadlineMs, asOfMs)
    if ('detail' in verified) return { reason: 'no-evidence', detail: verified.detail }
    const { approver, decision, id, level, reason, stage } = verified
    const shown = view.complete || decision === 'deny' ? level : lowerLevel(level, 'channel')
    const proof: Proof = { text: evidence, key: evidenceId(id) }
    return { approver, decision, level: shown, proof, stage, reason, via: via.name }
  }

  /** Keeps a vote at hand before the ledger counts it. */
  keep(vote: CountedVote): StoredVote {
    this.#votes.set(vote.id, vote)
    const { decision, elapsedMs, lastsMs, proof, via } = vote
    const stored = { id: vote.id, approver: voterOf(vote), decision, elapsedMs, lastsMs }
    return proof === undefined ? stored : { ...stored, via, evidence: proof.text }
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

  /** Everybody who said yes on record, whether the yes still counts or not. */
  yeses(): readonly Principal[] {
    const votes = [...this.#votes.values()].filter(({ decision, id }) => decision === 'allow' && this.#recorded.has(id))
    return votes.map(({ approver }) => approver)
  }

  /** Where the requester and everybody who said yes stand now, looked up and proven again. Throws when the requester is refused. */
  async standings(): Promise<LiveStandings> {
    const { principal: requester } = await standingOf(this.#on, this.#hold.requester, true)
    const voters = new Map<string, Standing>()
    for (const vote of this.#fresh([...this.#votes.values()])) {
      const approver = await this.provenAgain(vote)
      const standing = approver === undefined ? undefined : await this.#standing(approver)
      if (standing !== undefined) voters.set(vote.id, standing)
    }
    return { requester, voters }
  }

  /**
   * Whoever gave a vote as its evidence reads now; undefined when it does not prove the vote any more. `asOfMs`: when the times
   * of the evidence count; left out, now.
   */
  async provenAgain(vote: CountedVote, asOfMs?: number): Promise<Principal | undefined> {
    if (vote.proof === undefined) return vote.approver
    const via = this.#on.approvers.find(({ name }) => name === vote.via)
    const given = via === undefined ? undefined : await this.#prove([via], vote.proof.text, asOfMs)
    if (given === undefined || !('decision' in given) || !isSameVote(given, vote)) return undefined
    return isAtLeast(given.level, this.#hold.requirement.level) ? given.approver : undefined
  }

  /** Fills the stages anew with what the ledger holds and where everybody stands now: what lets the action run. */
  assignmentNow(stored: StoredRequest, live: LiveStandings): readonly Assignment<CountedVote>[] | undefined {
    const hold = { ...this.#hold, requester: live.requester }
    const counted = stored.votes.flatMap((vote) => {
      const known = this.#votes.get(vote.id)
      return known !== undefined && known.proof?.text === vote.evidence ? [known] : []
    })
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
        stands(vote, elapsedMs, this.#hold.requirement.voteMaxAgeMs),
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

/** Whether evidence says what it said: a check that lies the second time brings in nobody else, nor them for another stage. */
function isSameVote(one: GivenVote, other: GivenVote): boolean {
  return (
    one.decision === other.decision &&
    one.stage === other.stage &&
    one.sawClear === other.sawClear &&
    voterOf(one) === voterOf(other)
  )
}

function voterOf({ approver: { subject } }: Pick<GivenVote, 'approver'>): string {
  return personKey(subject.issuer, subject.id)
}
