import { describe, expect, it } from 'vitest'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { codeOf, eventsOf, handClock, numbered, recorder } from './journal-bench.js'

const context = { recorder, clock: handClock() }

describe('memoryJournal', () => {
  it('answers at once, with the place of the event', async () => {
    const journal = await memoryJournal().open(context)
    expect(journal.append(numbered(0), 'synced')).toEqual({ lsn: 1, seq: 0 })
    expect(journal.append(numbered(3), 'written')).toEqual({ lsn: 2, seq: 1 })
  })

  it('shows its events, and reads them verified', async () => {
    const factory = memoryJournal()
    const journal = await factory.open(context)
    await journal.append(numbered(1), 'written')
    expect(journal.events.map(({ type }) => type)).toEqual(['journal.open', 'target.internal'])
    expect(await eventsOf(journal)).toEqual(journal.events)
    expect(factory.events).toEqual(journal.events)
  })

  it('goes on from what it holds when it is opened again, and closes intents without outcome', async () => {
    const factory = memoryJournal()
    const first = await factory.open(context)
    await first.append({ type: 'action.intent', session: 's', body: { id: 'a-1' } }, 'written')
    await first.append({ type: 'action.intent', session: 's', body: { id: 'a-2' } }, 'written')
    await first.append(
      { type: 'action.outcome', session: 's', body: { intent: 'a-1', outcome: 'completed' } },
      'written',
    )
    await expect(factory.open(context)).rejects.toMatchObject({ code: 'ERR_JOURNAL_LOCKED' })
    await first.close()
    const second = await factory.open(context)
    expect(second.events.slice(4)).toMatchObject([
      { type: 'journal.open', lsn: 4, seq: 1 },
      { type: 'journal.recovery', unknown: 1 },
      { type: 'action.outcome', session: 's', seq: 3, intent: 'a-2', outcome: 'unknown' },
    ])
    expect(await eventsOf(second)).toHaveLength(7)
  })

  it('forgets sessions that closed long ago as its reader does, so that it stays small and verifies', async () => {
    const journal = await memoryJournal().open(context)
    const sessions = 66_000
    for (let n = 0; n < sessions; n++) {
      await journal.append({ type: 'session.open', session: String(n), body: {} }, 'written')
      await journal.append({ type: 'session.close', session: String(n), body: {} }, 'written')
    }
    expect(await journal.append(numbered(0, '0'), 'written')).toMatchObject({ seq: 0 })
    expect(await journal.append(numbered(0, '65999'), 'written')).toMatchObject({ seq: 2 })
    let read = 0
    for await (const _event of journal.read()) read++
    expect(read).toBe(2 * sessions + 3)
  }, 180_000)

  it('records nothing after close', async () => {
    const journal = await memoryJournal().open(context)
    await journal.close()
    let code: string | undefined
    try {
      await journal.append(numbered(0), 'written')
    } catch (error) {
      code = codeOf(error)
    }
    expect(code).toBe('ERR_JOURNAL_UNAVAILABLE')
  })
})
