import type { JournalFactory } from '@bothkeys/core'

/** What a journal says about actions. */
export interface JournalContents {
  readonly intents: ReadonlyMap<string, RecordedIntent>
  /** The last outcome of each intent. */
  readonly outcomes: ReadonlyMap<string, string>
  /** How many outcomes were recorded that belong to no intent or came a second time. */
  readonly stray: number
}

export interface RecordedIntent {
  readonly session: string
  readonly subject: string
  /** The request for approval that was spent for it. */
  readonly request?: string
}

/** Opens a journal as a new process would, which verifies every line and closes what was left open, and reads it. */
export async function readJournal(factory: JournalFactory): Promise<JournalContents> {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
  const journal = await factory.open({ recorder: 'bothkeys', clock })
  const intents = new Map<string, RecordedIntent>()
  const outcomes = new Map<string, string>()
  let stray = 0
  try {
    for await (const event of journal.read()) {
      if (event.type === 'action.intent') {
        const actor = event['actor'] as { readonly subject: { readonly id: string } }
        const approval = event['approval'] as { readonly request: string } | undefined
        const intent = { session: event.session, subject: actor.subject.id }
        intents.set(event['id'] as string, approval === undefined ? intent : { ...intent, request: approval.request })
      } else if (event.type === 'action.outcome') {
        const intent = event['intent'] as string
        if (!intents.has(intent) || outcomes.has(intent)) stray += 1
        outcomes.set(intent, event['outcome'] as string)
      }
    }
  } finally {
    await journal.close()
  }
  return { intents, outcomes, stray }
}
