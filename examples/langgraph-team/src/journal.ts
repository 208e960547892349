import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordedEvent } from '@bothkeys/core'

/** The events that are on record so far, in their order. */
export async function recorded(directory: string): Promise<readonly RecordedEvent[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).toSorted()
  const files = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
  // The last line may be half-written.
  const lines = files.flatMap((text) => text.split('\n').slice(0, -1))
  return lines.map((line) => JSON.parse(line) as RecordedEvent)
}

/** What an agent did, by the sessions that were opened for it. */
export interface Deeds {
  readonly name: string
  readonly roles: readonly string[]
  /** The names of the sessions above it, the one that a credential opened first. */
  readonly actsFor: string
  readonly done: number
  readonly denied: number
  /** Whether it ended with its work, and not with the session above it. */
  readonly closedItself: boolean
}

interface Opened {
  readonly roles: readonly string[]
  readonly subject: { readonly id: string }
  readonly delegation: readonly { readonly session: string; readonly name: string }[]
}

/** Who acted for whom. */
export function deedsIn(events: readonly RecordedEvent[]): readonly Deeds[] {
  return events
    .filter((event) => event.type === 'session.open' && event['delegatedBy'] !== undefined)
    .map(({ session, ...event }) => {
      const { delegation, roles, subject } = event['actor'] as Opened
      const count = (type: string): number =>
        events.filter((other) => other.session === session && other.type === type).length
      const names = delegation.map(({ name }) => name)
      return {
        name: names.at(-1) ?? '',
        roles,
        actsFor: [subject.id, ...names.slice(0, -1)].join(' / '),
        done: count('action.intent'),
        denied: count('action.denied'),
        closedItself: events.some(
          (end) => end.session === session && end.type === 'session.close' && end['reason'] === 'closed',
        ),
      }
    })
}

/** A line for each thing that was done, refused or held, for whoever reviews it. */
export function linesOf(events: readonly RecordedEvent[]): string {
  const kinds = new Set(['action.intent', 'action.denied', 'approval.requested'])
  return events
    .filter(({ type }) => kinds.has(type))
    .map((event) => `${event.type}: ${(event['action'] as { readonly text: string } | undefined)?.text ?? ''}`)
    .join('\n')
}
