import type { SnapshotValue } from '../model/snapshot.js'

/** How a request ended. */
export type RequestEnd = 'consumed' | 'denied' | 'expired' | 'withdrawn' | 'unavailable' | 'void'

/** A vote as the ledger keeps it. Votes are only ever added. */
export interface StoredVote {
  readonly id: string
  /** The approver's person key. */
  readonly approver: string
  readonly decision: 'allow' | 'deny'
  readonly elapsedMs: number
}

/** A request as the ledger keeps it: what every compare-and-set about it goes through. */
export interface StoredRequest {
  readonly digest: string
  readonly policy: string
  /** Set once, by whoever ends it first. A denial is derived from the votes. */
  readonly end: Exclude<RequestEnd, 'denied'> | null
  readonly votes: readonly StoredVote[]
}

/** The most yeses that are kept for one request. */
const maxAllows = 64

/** Where a request stands: a denial is derived from the votes, so nothing can forget it. */
export function stateOf(request: StoredRequest): RequestEnd | 'pending' {
  if (request.end === 'consumed') return 'consumed'
  if (request.votes.some((vote) => vote.decision === 'deny')) return 'denied'
  return request.end ?? 'pending'
}

/** Adds a vote, or says why not. A yes that is older than `maxAgeMs` may be given again by the same person. */
export function withVote(
  request: StoredRequest,
  vote: StoredVote,
  maxAgeMs: number,
): StoredRequest | 'late' | 'already-voted' | 'too-many-votes' {
  if (stateOf(request) !== 'pending') return 'late'
  if (vote.decision === 'allow') {
    const earlier = request.votes.filter((other) => other.approver === vote.approver)
    if (earlier.some((other) => vote.elapsedMs - other.elapsedMs <= maxAgeMs)) return 'already-voted'
    if (request.votes.length >= maxAllows) return 'too-many-votes'
  }
  return { ...request, votes: [...request.votes, vote] }
}

/** Ends a request that is still pending; answers how it ended when it did already. */
export function withEnd(request: StoredRequest, end: Exclude<RequestEnd, 'denied'>): StoredRequest | RequestEnd {
  const state = stateOf(request)
  return state === 'pending' ? { ...request, end } : state
}

/** The ledger's value of a request. */
export function storedValue(request: StoredRequest): SnapshotValue {
  return {
    digest: request.digest,
    policy: request.policy,
    end: request.end,
    votes: request.votes.map((vote) => ({ ...vote })),
  }
}

/** Reads a request back; undefined when the entry is gone or is not one, which callers take as void. */
export function parseStored(value: SnapshotValue | undefined): StoredRequest | undefined {
  if (typeof value !== 'object' || value === null || !('votes' in value)) return undefined
  const { digest, policy, end, votes } = value
  if (typeof digest !== 'string' || typeof policy !== 'string' || !isEnd(end) || !Array.isArray(votes)) return undefined
  const parsed = (votes as readonly SnapshotValue[]).map(parseVote)
  const read = parsed.filter((vote) => vote !== undefined)
  return read.length === parsed.length ? { digest, policy, end, votes: read } : undefined
}

function parseVote(value: SnapshotValue): StoredVote | undefined {
  if (typeof value !== 'object' || value === null || !('decision' in value)) return undefined
  const { id, approver, decision, elapsedMs } = value
  if (typeof id !== 'string' || typeof approver !== 'string' || typeof elapsedMs !== 'number') return undefined
  if (decision !== 'allow' && decision !== 'deny') return undefined
  return { id, approver, decision, elapsedMs }
}

const ends: readonly unknown[] = [null, 'consumed', 'expired', 'withdrawn', 'unavailable', 'void']

function isEnd(value: unknown): value is StoredRequest['end'] {
  return ends.includes(value)
}
