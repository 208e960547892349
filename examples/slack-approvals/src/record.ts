import type { RecordedEvent } from '@bothkeys/core'
import { readJournal } from '@bothkeys/core'

/** One answer of a person, as the record has it. */
export interface RecordedVote {
  readonly person: string
  /** `allow` or `deny` and its level, or why it was not counted. */
  readonly said: string
}

/** What the record says of one request. */
export interface RecordedRequest {
  readonly text: string
  readonly votes: readonly RecordedVote[]
  /** Whom the intent names that was on disk before the statement ran. Undefined: it did not run. */
  readonly ranBy: readonly string[] | undefined
}

interface Voter {
  readonly approver: { readonly subject: { readonly id: string } }
  readonly level: string
}

/** Reads what the record says of the requests, in order. */
export async function requestsIn(directory: string): Promise<readonly RecordedRequest[]> {
  const events: RecordedEvent[] = []
  for await (const event of readJournal(directory)) events.push(event)
  return events.filter(({ type }) => type === 'approval.requested').map((event) => requestOf(event, events))
}

function requestOf(asked: RecordedEvent, events: readonly RecordedEvent[]): RecordedRequest {
  const votes = events.filter(
    ({ request, type }) => request === asked['id'] && (type === 'approval.vote' || type === 'approval.refused-vote'),
  )
  const intent = events.find(({ digest, type }) => type === 'action.intent' && digest === asked['digest'])
  const approval = intent?.['approval'] as { readonly votes: readonly Voter[] } | undefined
  return {
    text: (asked['action'] as { readonly text: string }).text,
    votes: votes.map((vote) => {
      const { approver, level } = vote as unknown as Voter
      const { decision, reason, type } = vote
      const said = type === 'approval.vote' ? `${String(decision)} (${level})` : `not counted: ${String(reason)}`
      return { person: approver.subject.id, said }
    }),
    ranBy: approval?.votes.map(({ approver }) => approver.subject.id),
  }
}
