import type { Guard, RecordedEvent } from '@bothkeys/core'
import { readJournal, verifyJournal } from '@bothkeys/core'

interface Account {
  readonly issuer: string
  readonly id: string
}

/** Stops a person, with everything that acts for them, everywhere. */
export async function stopped(guard: Guard, person: Account, reason: string): Promise<void> {
  await guard.revoke({ kind: 'person', ...person }, { reason })
}

/** What ran for one account, from a record that verifies. */
export async function doneBy(folder: string, { id, issuer }: Account): Promise<readonly RecordedEvent[]> {
  const { damage, verdict } = await verifyJournal(folder)
  if (verdict === 'corrupt') throw new Error(`keep the folder as it is: ${JSON.stringify(damage)}`)
  const done: RecordedEvent[] = []
  for await (const event of readJournal(folder)) {
    const actor = event['actor'] as { readonly subject?: Account } | undefined
    if (event.type !== 'action.intent') continue
    if (actor?.subject?.id === id && actor.subject.issuer === issuer) done.push(event)
  }
  return done
}
