import type { CanonicalFragment, CanonicalInput } from '../model/canonical-json.js'
import type { TraceContext } from '../model/trace.js'

/** What happened. The journal adds the envelope (RULES 36). */
export type EventType =
  | 'journal.open'
  | 'journal.recovery'
  | 'journal.stopped'
  | 'policy.loaded'
  | 'policy.rejected'
  | 'policy.refused-change'
  | 'session.open'
  | 'session.refused'
  | 'session.close'
  | 'action.denied'
  | 'action.intent'
  | 'action.outcome'
  | 'approval.requested'
  | 'approval.vote'
  | 'approval.refused-vote'
  | 'approval.ended'
  | 'glass.broken'
  | 'glass.refused'
  | 'glass.ended'
  | 'glass.reviewed'
  | 'glass.refused-review'
  | 'work.reviewed'
  | 'work.refused-review'
  | 'duty.excused'
  | 'grant.given'
  | 'grant.refused'
  | 'grant.ended'
  | 'revocation'
  | 'revocation.lifted'
  | 'revocation.refused-lift'
  | 'evidence.asked'
  | 'evidence.taken'
  | 'target.internal'
  | 'relay.requested'
  | 'relay.refused'
  | 'relay.answered'
  | 'relay.ended'
  | 'relay.login'
  | 'relay.linked'
  | 'relay.set-aside'

/** Sessions that events outside any agent session belong to. */
export const engineSession = 'engine'

/** An event before the journal gives it its place. `body` members must not collide with envelope members. */
export interface EventDraft {
  /** What happened. */
  readonly type: EventType
  /** A session id, or `engine`. */
  readonly session: string
  /** The trace that the event belongs to, when the host says so. */
  readonly trace?: TraceContext | undefined
  /** What the event says, beside its envelope. */
  readonly body: { readonly [key: string]: CanonicalInput | CanonicalFragment | undefined }
}

/**
 * The envelope of every event, in the record as RFC 8785 text with the body's members beside it.
 * `prev` is the hash of the previous event of the same session (64 zeros for the first);
 * hash = SHA-256(0x00 ‖ JCS(event)), which is also the leaf hash of RFC 6962.
 * `lsn` counts the events of the journal and `seq` those of the session, both from 0, so that `lsn` is the leaf's index.
 */
export interface EventEnvelope {
  /** The version of the format. */
  readonly v: 1
  /** The guard or relay that recorded it: its `engine`. */
  readonly recorder: string
  /** The number of the event in its journal, from 0. */
  readonly lsn: number
  /** A session id, or `engine` for what belongs to none. */
  readonly session: string
  /** The number of the event in its session, from 0. */
  readonly seq: number
  /** The hash of the event before it in its session: 64 hexadecimal digits. */
  readonly prev: string
  /** ISO 8601 wall time, never before the previous event's (RULES 20). */
  readonly time: string
  /** Milliseconds on the monotonic clock of the recording process. */
  readonly mono: number
  /** What happened. */
  readonly type: EventType
  /** `trace-id` and `parent-id` of W3C Trace Context, as the host gave them (`openSession`). Both or neither. */
  readonly traceId?: string
  /** 16 hexadecimal digits, beside `traceId`. */
  readonly spanId?: string
}

/** A recorded event: the envelope and the body's members. */
export type RecordedEvent = EventEnvelope & { readonly [key: string]: unknown }

/** Where an event stands once it is recorded. */
export interface RecordedAt {
  /** The number of the event in its journal, from 0. */
  readonly lsn: number
  /** The number of the event in its session, from 0. */
  readonly seq: number
}
