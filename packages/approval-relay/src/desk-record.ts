import type { EventDraft, RelayedRequest } from '@bothkeys/core/relay'
import { digestPrefix } from '@bothkeys/core/relay'
import type { PendingEntry } from './pending-entry.js'
import type { DeskEnd, HistoryLine } from './desk.js'
import type { KeptAnswer } from './store/kept-answer.js'

/** What a decision is about, as it was shown. */
export interface Shown {
  readonly seen: RelayedRequest
  /** Whether the relay withheld statement and parameters. */
  readonly masked: boolean
}

type Body = EventDraft['body']

/** What the record keeps of a request: whose it is and which, never what its statement or its parameters say. */
export function requestBody({ digest, effects, engine, id, requester, subject, target }: RelayedRequest): Body {
  return {
    engine,
    request: id,
    digest,
    view: subject.view,
    policy: subject.pol,
    target: target.name,
    requester: { issuer: requester.subject.issuer, id: requester.subject.id },
    duties: dutiesOf(effects),
  }
}

/** What the record keeps of an answer. */
export function answerBody({ engine, id, subject }: RelayedRequest, answer: KeptAnswer, masked: boolean): Body {
  const { by, decision, level, n, person, reason, via } = answer
  return {
    engine,
    request: id,
    digest: subject.adh,
    n,
    decision,
    by: { issuer: by.subject.issuer, id: by.subject.id },
    person,
    level,
    via: `${via.kind}:${via.name}`,
    masked,
    reason,
  }
}

/** What stays of a request that is over. */
export function historyLine(entry: PendingEntry, end: DeskEnd, endedAtMs: number): HistoryLine {
  const { effects, engine, id, operation, requester, target } = entry.request
  return {
    id,
    engine,
    digestPrefix: digestPrefix(entry.request),
    target: target.name,
    operation,
    requester: { issuer: requester.subject.issuer, id: requester.subject.id },
    duties: dutiesOf(effects),
    receivedAtMs: entry.receivedAtMs,
    expiresAtMs: entry.expiresAtMs,
    endedAtMs,
    end,
    answers: entry.answers(),
  }
}

function dutiesOf(effects: RelayedRequest['effects']): readonly string[] {
  return [...new Set(effects.map(({ duty }) => duty))]
}
