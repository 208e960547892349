import type { RecordedEvent } from '@bothkeys/core'
import { readJournal, verifyJournal } from '@bothkeys/core'
import type { Story } from '@bothkeys/example-story'

const shown =
  /^(approval\.(requested|vote|refused-vote)|grant\.(given|ended)|action\.intent|revocation|session\.(open|close))$/

/** Prints what a process has on record about people and what ran, one line an event, and claims that all of it verifies. */
export async function printJournal(directory: string, name: string, story: Story): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const event of readJournal(directory)) {
    if (!shown.test(event.type)) continue
    lines.push(`${event.type.padEnd(21)} ${detail(event)}`.trimEnd())
    story.line(`${name} ${String(event.lsn).padStart(3)}  ${lines.at(-1) ?? ''}`)
  }
  story.claim(`the record of ${name} verifies`, (await verifyJournal(directory)).verdict === 'intact')
  return lines
}

function detail(event: RecordedEvent): string {
  const { action, reason, takenOver } = event as RecordedEvent & Details
  if (typeof reason === 'string') return reason
  if (action === undefined) return ''
  const what = action.operation === 'grant' ? 'a grant' : action.text
  return takenOver === true ? `${what} (taken over)` : what
}

/** Members of the events that are shown, where they have them. */
interface Details {
  readonly action?: { readonly operation: string; readonly text: string }
  readonly reason?: unknown
  readonly takenOver?: boolean
}
