import type { RecordedEvent } from '@bothkeys/core'
import type { AuditEvent } from './audit-event.js'
import { annotationsOf, endOf } from './annotations.js'
import { auditIdOf } from './audit-id.js'
import { membersOf, textOf } from './members.js'
import { requestOf, userOf } from './recorded-request.js'
import { refusalOf, responseOf } from './response.js'
import { userAgentOf } from '../door/user-agent.js'

/** What all lines of one request say. */
type Begun = Omit<AuditEvent, 'stage' | 'stageTimestamp' | 'responseStatus'>

/**
 * The record as an audit log of Kubernetes: for each request to a cluster a line when it was received, held or let through, and one
 * when it was over, refused or answered; of those that were lost before an answer began, the last has the stage `Panic`. Refusals
 * that the record counts together are one line with `bothkeys/count`. What was sent has the `auditID` that the API server's own log
 * has. Events of other targets are left out. Give it all events of a journal, in their order: of a request that it saw the end of
 * alone it says nothing. Throws what `events` throws. Memory grows with the requests that are not over.
 *
 * @example
 * for await (const event of auditEvents(readJournal('./audit'))) process.stdout.write(`${JSON.stringify(event)}\n`)
 */
export async function* auditEvents(
  events: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
): AsyncGenerator<AuditEvent, void> {
  const log = new AuditLog()
  for await (const event of events) {
    const line = log.take(event)
    if (line !== undefined) yield line
  }
}

class AuditLog {
  /** By action. */
  readonly #begun = new Map<string, Begun>()
  /** The actions of requests for approval. */
  readonly #held = new Map<string, string>()

  take(event: RecordedEvent): AuditEvent | undefined {
    switch (event.type) {
      case 'approval.requested':
        // Who asks for a grant asks nothing of the cluster yet.
        if (membersOf(event['action'])['operation'] === 'grant') return undefined
        this.#held.set(textOf(event['id']), textOf(event['intent']))
        return this.#begin(event, textOf(event['intent']))
      case 'action.intent':
        this.#held.delete(textOf(membersOf(event['approval'])['request']))
        return this.#begin(event, textOf(event['id']))
      case 'approval.ended':
        return this.#endHold(event)
      case 'action.outcome':
        return this.#end(
          event,
          textOf(event['intent']),
          event['outcome'] === 'unknown' && event['result'] === undefined,
        )
      case 'action.denied':
        return this.#deny(event)
      default:
        return undefined
    }
  }

  /** What was held has begun when it is let through. */
  #begin(event: RecordedEvent, action: string): AuditEvent | undefined {
    if (!isOfCluster(event)) return undefined
    const known = this.#begun.get(action)
    const begun = begunOf(event, auditIdOf('action', action), known)
    this.#begun.set(action, begun)
    return known === undefined ? { ...begun, stage: 'RequestReceived', stageTimestamp: micros(event) } : undefined
  }

  #endHold(event: RecordedEvent): AuditEvent | undefined {
    const action = this.#held.get(textOf(event['request']))
    this.#held.delete(textOf(event['request']))
    const begun = action === undefined ? undefined : this.#begun.get(action)
    if (action === undefined || begun === undefined) return undefined
    return this.#end(event, action, false)
  }

  #end(event: RecordedEvent, action: string, isLost: boolean): AuditEvent | undefined {
    const begun = this.#begun.get(action)
    if (begun === undefined) return undefined
    this.#begun.delete(action)
    const responseStatus = responseOf(event)
    return {
      ...begun,
      stage: isLost ? 'Panic' : 'ResponseComplete',
      ...(responseStatus !== undefined && { responseStatus }),
      stageTimestamp: micros(event),
      annotations: { ...begun.annotations, ...endOf(event, begun.auditID) },
    }
  }

  #deny(event: RecordedEvent): AuditEvent | undefined {
    if (!isOfCluster(event)) return undefined
    const { intent, recorder, seq, session } = event
    const action = textOf(intent)
    const held = this.#begun.get(action)
    // The end of its hold was the end of the request, and is in the log.
    if (action !== '' && held === undefined) return undefined
    this.#begun.delete(action)
    const begun = begunOf(event, held?.auditID ?? auditIdOf('event', `${recorder}/${session}/${String(seq)}`), held)
    return {
      ...begun,
      stage: 'ResponseComplete',
      responseStatus: refusalOf(event['code']),
      stageTimestamp: micros(event),
    }
  }
}

function isOfCluster({ target }: RecordedEvent): boolean {
  return membersOf(target)['kind'] === 'kubernetes'
}

function begunOf(event: RecordedEvent, auditID: string, before: Begun | undefined): Begun {
  const user = userOf(event['actor'])
  const { objectRef, requestURI, verb } = requestOf(event['action'])
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID,
    requestURI,
    verb,
    user,
    ...(event.type === 'action.intent' && { userAgent: userAgentOf(user.username, event.session.slice(0, 8)) }),
    ...(objectRef !== undefined && { objectRef }),
    requestReceivedTimestamp: before?.requestReceivedTimestamp ?? micros(event),
    annotations: { ...before?.annotations, ...annotationsOf(event) },
  }
}

/** Times of audit logs have microseconds, the record has milliseconds. */
function micros({ time }: RecordedEvent): string {
  return time.replace(/Z$/, '000Z')
}
