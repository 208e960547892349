import { memoryJournal } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { HandClock } from './pages/relay-pages.js'
import { RelayRecord } from '../src/relay-record.js'
import { issuer } from './support/test-engine.js'

const mallory = { issuer: 'https://people.example', id: 'mallory' }

async function opened() {
  const clock = new HandClock()
  const journal = memoryJournal()
  const record = new RelayRecord(
    await journal.open({ recorder: issuer, clock, onFailure: () => undefined }),
    clock,
    () => undefined,
  )
  const refusal = (index: number, by = mallory) =>
    record.refused({ what: 'decision', reason: 'too-many', request: String(index), by })
  return { events: () => journal.events.filter(({ type }) => type === 'relay.refused'), record, refusal }
}

describe('a flood of refusals that all differ', () => {
  it('fills nothing of what is kept of others', async () => {
    const { events, record, refusal } = await opened()
    for (let each = 0; each < 5_000; each++) refusal(each)
    refusal(1, { ...mallory, id: 'eve' })
    await expect.poll(() => events().at(-1)).toMatchObject({ reason: 'too-many', request: '1', by: { id: 'eve' } })
    // The first so many as they are, the others as one of whoever sent them, with their number.
    expect(events()).toHaveLength(102)
    expect(events()[100]).toMatchObject({ what: 'decision', reason: 'many-others', by: mallory })
    record.close()
    await expect.poll(() => events().at(-1)).toMatchObject({ reason: 'many-others', by: mallory, more: 4_899 })
  })

  it('is told one by one again when it was over for a minute', async () => {
    const { events, record, refusal } = await opened()
    for (let each = 0; each < 200; each++) refusal(each)
    record.close()
    refusal(500)
    await expect.poll(() => events().at(-1)).toMatchObject({ reason: 'too-many', request: '500' })
  })
})
