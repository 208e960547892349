import type { SnapshotValue } from '../model/snapshot.js'
import type { RequestView } from './approver.js'
import type { Estimate } from './estimate.js'
import { readEstimate } from './estimate.js'
import type { HoldRequest } from './request.js'

/** How a request ended. */
export type RequestEnd = 'consumed' | 'denied' | 'expired' | 'withdrawn' | 'unavailable' | 'void'

/** A vote as the ledger keeps it. Votes are only ever added. */
export interface StoredVote {
  readonly id: string
  /** The approver's person key. */
  readonly approver: string
  readonly decision: 'allow' | 'deny'
  readonly elapsedMs: number
  /** How long whoever gave it, or what proves it, was still good for, where that is less than any rule says. */
  readonly lastsMs?: number
  /** The approver port that has to verify the evidence. Both or neither. */
  readonly via?: string
  /** What proves the vote: verified again by whoever relies on it. */
  readonly evidence?: string
}

/**
 * Evidence that another process took in and verified. It is no vote before the process that asked has examined it, and
 * nothing is spent before all of it was.
 */
export interface Submission extends Omit<StoredVote, 'elapsedMs'> {
  readonly via: string
  readonly evidence: string
  /** When it was counted already, by a process that is gone: taking it over makes it no younger. */
  readonly elapsedMs?: number
}

/** A request as the ledger keeps it: what every compare-and-set about it goes through. */
export interface StoredRequest {
  readonly digest: string
  readonly policy: string
  /** The id that the action's intent will have. */
  readonly actionId: string
  /** The digest of what approvers are shown. */
  readonly view: string
  /** What approvers are told of the target's estimate, unless it holds values: whoever takes the request over shows this and makes none. */
  readonly estimate?: Estimate
  /** Set once, by whoever ends it first. A denial is derived from the votes. */
  readonly end: Exclude<RequestEnd, 'denied'> | null
  readonly votes: readonly StoredVote[]
  readonly submitted: readonly Submission[]
  /** The end of the request as people were told it, by the clock of the process that asked first. */
  readonly expiresAtMs: number
  /** When it was entered, in the ledger's time. */
  readonly enteredAtMs: number
  /** Until when the entry is kept, in the ledger's time. */
  readonly keptUntilMs: number
  /** Whoever waits for it: nobody else examines votes or spends it. */
  readonly holder: string
  /** Until when nobody else may become its holder, in the ledger's time. */
  readonly heldUntilMs: number
}

/** What the ledger keeps of a request that nobody decided, besides its times and its holder. */
export function newRequest(hold: HoldRequest, view: RequestView) {
  const { actionId, digest, estimated, policyDigest } = hold
  // Values are not kept: whoever takes the request over has other people asked, anew.
  const isKept = estimated !== undefined && !('changes' in estimated)
  const told = { view: view.digest, ...(isKept ? { estimate: estimated } : {}) }
  return { actionId, digest, policy: policyDigest, ...told, end: null, votes: [], submitted: [] } as const
}

/** The most yeses that are kept for one request. */
const maxAllows = 64

/** Where a request stands: a denial is derived from the votes, so nothing can forget it. */
export function stateOf(request: StoredRequest): RequestEnd | 'pending' {
  if (request.end === 'consumed') return 'consumed'
  if (request.votes.some((vote) => vote.decision === 'deny')) return 'denied'
  return request.end ?? 'pending'
}

/**
 * Whether a yes still counts: it is no older than the rule lets it be, and neither its evidence nor its approver is over. The
 * permit asks the same, so that a quorum which looks met is.
 */
export function stands(yes: Pick<StoredVote, 'elapsedMs' | 'lastsMs'>, elapsedMs: number, maxAgeMs: number): boolean {
  const ageMs = elapsedMs - yes.elapsedMs
  return ageMs <= maxAgeMs && ageMs < (yes.lastsMs ?? Infinity)
}

/** Adds a vote, or says why not. A yes that does not stand any more may be given again by the same person. */
export function withVote(
  request: StoredRequest,
  vote: StoredVote,
  maxAgeMs: number,
): StoredRequest | 'late' | 'already-voted' | 'too-many-votes' {
  if (stateOf(request) !== 'pending') return 'late'
  if (vote.decision === 'allow') {
    const earlier = request.votes.filter((other) => other.approver === vote.approver)
    if (earlier.some((other) => stands(other, vote.elapsedMs, maxAgeMs))) return 'already-voted'
    if (request.votes.length >= maxAllows) return 'too-many-votes'
  }
  return { ...request, votes: [...request.votes, vote] }
}

/** Leaves evidence for the process that asked, or says why not: one yes and one no of a person at a time. */
export function withSubmission(
  request: StoredRequest,
  submission: Submission,
): StoredRequest | 'late' | 'already-voted' | 'too-many-votes' {
  if (stateOf(request) !== 'pending') return 'late'
  const { approver, decision } = submission
  if (request.submitted.some((other) => other.approver === approver && other.decision === decision))
    return 'already-voted'
  if (decision === 'allow' && request.submitted.length >= maxAllows) return 'too-many-votes'
  return { ...request, submitted: [...request.submitted, submission] }
}

/** Takes evidence that was examined away. */
export function withoutSubmission(request: StoredRequest, id: string | undefined): StoredRequest {
  return { ...request, submitted: request.submitted.filter((submission) => submission.id !== id) }
}

/**
 * Gives a pending request to another holder, whose own eyes have to see what was counted before: what has evidence is there
 * to be examined again, and what was only claimed is gone.
 */
export function withHolder(request: StoredRequest, holder: string, heldUntilMs: number): StoredRequest {
  const counted = request.votes.flatMap(({ evidence, via, ...vote }) =>
    evidence === undefined || via === undefined ? [] : [{ ...vote, evidence, via }],
  )
  return { ...request, votes: [], submitted: [...counted, ...request.submitted], holder, heldUntilMs }
}

/** Ends a request that is still pending; answers how it ended when it did already. */
export function withEnd(request: StoredRequest, end: Exclude<RequestEnd, 'denied'>): StoredRequest | RequestEnd {
  const state = stateOf(request)
  return state === 'pending' ? { ...request, end } : state
}

/** The ledger's value of a request. */
export function storedValue(request: StoredRequest): SnapshotValue {
  return {
    ...request,
    votes: request.votes.map((vote) => ({ ...vote })),
    submitted: request.submitted.map((submission) => ({ ...submission })),
  }
}

/** Reads a request back; undefined when the entry is gone or is not one, which callers take as void. */
export function parseStored(value: SnapshotValue | undefined): StoredRequest | undefined {
  if (typeof value !== 'object' || value === null || !('votes' in value)) return undefined
  const { actionId, digest, end, holder, policy, submitted, view, votes } = value
  const { enteredAtMs, expiresAtMs, heldUntilMs, keptUntilMs } = value
  if (typeof digest !== 'string' || typeof policy !== 'string' || typeof view !== 'string') return undefined
  if (!isEnd(end) || typeof actionId !== 'string' || typeof holder !== 'string') return undefined
  if (typeof enteredAtMs !== 'number' || typeof expiresAtMs !== 'number') return undefined
  if (typeof heldUntilMs !== 'number' || typeof keptUntilMs !== 'number') return undefined
  const estimated = value['estimate'] === undefined ? undefined : readEstimate(value['estimate'])
  if (value['estimate'] !== undefined && estimated === undefined) return undefined
  const read = allOf(votes, (vote) => parseVote(vote))
  const waiting = allOf(submitted, parseSubmission)
  if (read === undefined || waiting === undefined) return undefined
  const times = { enteredAtMs, expiresAtMs, heldUntilMs, keptUntilMs }
  return {
    actionId,
    digest,
    end,
    holder,
    policy,
    view,
    votes: read,
    submitted: waiting,
    ...(estimated === undefined ? {} : { estimate: estimated }),
    ...times,
  }
}

/** Who waits for a request; undefined when the entry is gone or is none. */
export function holderOf(value: SnapshotValue | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || !('holder' in value)) return undefined
  const { holder } = value
  return typeof holder === 'string' ? holder : undefined
}

/** Every item of a list, or undefined when one of them is something else. */
function allOf<T>(
  list: SnapshotValue | undefined,
  parse: (item: SnapshotValue) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(list)) return undefined
  const parsed = (list as readonly SnapshotValue[]).map(parse)
  const read = parsed.filter((item) => item !== undefined)
  return read.length === parsed.length ? read : undefined
}

function parseSubmission(value: SnapshotValue): Submission | undefined {
  const vote = parseVote(value, 0)
  if (vote?.via === undefined || vote.evidence === undefined) return undefined
  const { approver, decision, evidence, id, via } = vote
  const counted = (value as { readonly elapsedMs?: SnapshotValue }).elapsedMs
  if (counted !== undefined && typeof counted !== 'number') return undefined
  const submission = { id, approver, decision, via, evidence }
  return counted === undefined ? submission : { ...submission, elapsedMs: counted }
}

function parseVote(value: SnapshotValue, elapsed?: number): StoredVote | undefined {
  if (typeof value !== 'object' || value === null || !('decision' in value)) return undefined
  const { id, approver, decision, evidence, via } = value
  const lastsMs = value['lastsMs']
  const elapsedMs = elapsed ?? value['elapsedMs']
  if (typeof id !== 'string' || typeof approver !== 'string' || typeof elapsedMs !== 'number') return undefined
  if (decision !== 'allow' && decision !== 'deny') return undefined
  if (lastsMs !== undefined && typeof lastsMs !== 'number') return undefined
  const vote: StoredVote = { id, approver, decision, elapsedMs, ...(lastsMs === undefined ? {} : { lastsMs }) }
  if (evidence === undefined && via === undefined) return vote
  return typeof evidence === 'string' && typeof via === 'string' ? { ...vote, via, evidence } : undefined
}

const ends: readonly unknown[] = [null, 'consumed', 'expired', 'withdrawn', 'unavailable', 'void']

function isEnd(value: unknown): value is StoredRequest['end'] {
  return ends.includes(value)
}
