import type { RecordedEvent } from './event.js'

/** How an approval request of an earlier process ended. `void`: it was not decided or not used, and never can be now. */
export type ReplayedEnd = 'consumed' | 'denied' | 'expired' | 'withdrawn' | 'unavailable' | 'void'

/** An approval request of an earlier process: nothing but a reason to refuse. */
export interface ReplayedRequest {
  readonly end: ReplayedEnd
  readonly digest: string
  readonly policy: string
  readonly expiresAtMs: number
}

/** A signed policy of an earlier process. */
export interface ReplayedVersion {
  readonly version: number
  readonly digest: string
}

/** What a ledger must be restricted by when a process starts. There is nothing in it that could allow anything. */
export interface ReplayedState {
  /** By request id: all that expired less than an hour before the journal's last event, or later. */
  readonly requests: ReadonlyMap<string, ReplayedRequest>
  /** The newest signed policy that was in force for each engine that kept the journal. */
  readonly policyVersions: ReadonlyMap<string, ReplayedVersion>
  /** The bodies of all broken glasses that nobody found justified, oldest first. */
  readonly glasses: readonly RecordedEvent[]
  /** The time of the last event in Unix milliseconds; the ledger's time starts there (RULES 20). */
  readonly lastTimeMs: number
}

const keptAfterMs = 60 * 60_000
/** How many requests are held before old ones are looked for. */
const lookAt = 4096

/**
 * Reads a journal into the restrictions it leaves (RULES 19): approvals that were used or denied stay so, and every
 * other request is void, for votes and grants do not outlive the process that took them.
 * Throws what reading throws. Memory grows with the requests of an hour, not with the journal.
 */
export async function replayState(events: AsyncIterable<RecordedEvent>): Promise<ReplayedState> {
  const requests = new Map<string, ReplayedRequest>()
  const glasses = new Map<string, RecordedEvent>()
  let lookAgainAt = lookAt
  let lastTimeMs = 0
  const policyVersions = new Map<string, ReplayedVersion>()
  for await (const event of events) {
    lastTimeMs = Date.parse(event.time)
    if (event.type === 'policy.loaded') takeVersion(policyVersions, event)
    takeGlass(glasses, event)
    take(requests, event)
    if (requests.size < lookAgainAt) continue
    dropOld(requests, lastTimeMs)
    lookAgainAt = 2 * requests.size + lookAt
  }
  dropOld(requests, lastTimeMs)
  return { requests, glasses: [...glasses.values()], policyVersions, lastTimeMs }
}

/** Versions only ever rise, for each engine on its own: what is signed is for one. */
function takeVersion(versions: Map<string, ReplayedVersion>, event: RecordedEvent): void {
  const { change, digest, recorder, version } = event
  const before = versions.get(recorder)
  if (change === 'narrowing' && before !== undefined) {
    versions.set(recorder, { version: before.version, digest: textOf(digest) })
  } else if (typeof version === 'number') versions.set(recorder, { version, digest: textOf(digest) })
}

function take(requests: Map<string, ReplayedRequest>, event: RecordedEvent): void {
  switch (event.type) {
    case 'approval.requested': {
      const { digest, expires, id, policy } = event
      if (typeof id !== 'string' || requests.has(id)) return
      const expiresAtMs = typeof expires === 'string' ? Date.parse(expires) : Number.NaN
      requests.set(id, {
        end: 'void',
        digest: textOf(digest),
        policy: textOf(policy),
        // Without a time it is kept as if it were new.
        expiresAtMs: Number.isNaN(expiresAtMs) ? Date.parse(event.time) : expiresAtMs,
      })
      return
    }
    case 'approval.vote':
      if (event['decision'] === 'deny') end(requests, event['request'], 'denied')
      return
    case 'approval.ended':
      end(requests, event['request'], endOf(event['outcome']))
      return
    case 'action.intent':
    case 'grant.given':
      end(requests, requestOf(event['approval']), 'consumed')
      return
    default:
  }
}

/** Only a review that found it justified, or that it never opened, takes a glass away. */
function takeGlass(glasses: Map<string, RecordedEvent>, event: RecordedEvent): void {
  if (event.type === 'glass.broken') glasses.set(String(event['id']), event)
  const isDone =
    (event.type === 'glass.reviewed' && event['verdict'] === 'justified') ||
    (event.type === 'glass.ended' && event['end'] === 'not-opened')
  if (isDone) glasses.delete(String(event['glass']))
}

/** What was used stays used, and what was denied stays denied unless it was used before. */
function end(requests: Map<string, ReplayedRequest>, id: unknown, as: ReplayedEnd): void {
  if (typeof id !== 'string') return
  const request = requests.get(id)
  if (request === undefined || request.end === 'consumed') return
  if (request.end === 'denied' && as !== 'consumed') return
  requests.set(id, { ...request, end: as })
}

const ends: readonly ReplayedEnd[] = ['denied', 'expired', 'withdrawn', 'unavailable', 'void']

function endOf(outcome: unknown): ReplayedEnd {
  return ends.find((known) => known === outcome) ?? 'void'
}

function requestOf(approval: unknown): unknown {
  return typeof approval === 'object' && approval !== null && 'request' in approval ? approval.request : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function dropOld(requests: Map<string, ReplayedRequest>, nowMs: number): void {
  for (const [id, { expiresAtMs }] of requests) if (expiresAtMs + keptAfterMs < nowMs) requests.delete(id)
}
