import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordedEvent } from '@bothkeys/core'
import { verifyJournal } from '@bothkeys/core'
import type { Story } from '@bothkeys/example-story'

const expected = [
  'policy.loaded',
  'session.open',
  'action.intent',
  'action.outcome',
  'action.denied',
  'approval.requested',
  'approval.refused-vote',
  'approval.vote',
  'session.close',
]

/** Prints one line an event and answers whether the journal verifies and holds what it must. */
export async function printJournal(directory: string, story: Story): Promise<boolean> {
  const seen = new Set<string>()
  for (const name of (await readdir(directory)).filter((each) => each.endsWith('.jsonl')).sort()) {
    const lines = (await readFile(join(directory, name), 'utf8')).split('\n').filter((line) => line !== '')
    for (const line of lines) {
      const event = JSON.parse(line) as RecordedEvent
      seen.add(event.type)
      story.line(`${String(event.lsn).padStart(3)}  ${event.type.padEnd(21)} ${detail(event)}`)
    }
  }
  const { verdict } = await verifyJournal(directory)
  return verdict === 'intact' && expected.every((type) => seen.has(type))
}

function detail(event: RecordedEvent): string {
  const action = event['action'] as { readonly text: string } | undefined
  if (action !== undefined) return action.text
  if (event.type === 'action.outcome') return `${text(event['outcome'])} ${text(event['result'])}`
  if (typeof event['reason'] === 'string') return event['reason']
  return ''
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
