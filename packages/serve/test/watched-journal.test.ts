import { BothKeysError, memoryJournal } from '@bothkeys/core'
import type { JournalFactory } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { Metrics } from '../src/metrics.js'
import { watchedJournal } from '../src/watched-journal.js'

const context = { recorder: 'r', clock: { wallMs: () => 0, monotonicMs: () => 0 } }
const event = { type: 'session.open', session: 's', body: {} } as const

/** A journal that fails, at once or a little later. */
function failing(later: boolean): JournalFactory {
  const error = new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'full')
  const append = (): Promise<never> => {
    if (!later) throw error
    return Promise.reject(error)
  }
  return { open: async (on) => ({ ...(await memoryJournal().open(on)), append }) }
}

describe('a watched journal', () => {
  it('tells what was recorded, and answers what the journal answers', async () => {
    const seen: string[] = []
    const journal = await watchedJournal(memoryJournal(), {
      appended: ({ durability, type }) => void seen.push(`${type} ${durability}`),
      failed: () => void seen.push('failed'),
    }).open(context)
    expect(await journal.append(event, 'synced')).toMatchObject({ seq: 0 })
    const types: string[] = []
    for await (const { type } of journal.read()) types.push(type)
    expect([seen, types]).toEqual([['session.open synced'], expect.arrayContaining(['session.open'])])
    await journal.close()
  })

  it.each([true, false])('tells a failure, which stays one (later: %s)', async (later) => {
    let failures = 0
    const journal = await watchedJournal(failing(later), { appended: () => undefined, failed: () => failures++ }).open(
      context,
    )
    await expect(async () => journal.append(event, 'written')).rejects.toThrow(/full/)
    expect(failures).toBe(1)
  })

  it('records also when nobody can count it', async () => {
    const journal = await watchedJournal(memoryJournal(), {
      appended: () => {
        throw new Error('no')
      },
      failed: () => undefined,
    }).open(context)
    expect(await journal.append(event, 'written')).toMatchObject({ seq: 0 })
  })
})

describe('metrics', () => {
  it('have no label that an agent could choose', async () => {
    const metrics = new Metrics(['orders'])
    const states: boolean[] = []
    const journal = await metrics.journal(memoryJournal(), (fails) => states.push(fails)).open(context)
    const target = { kind: 'postgres', name: 'x"} 1' }
    await journal.append(
      { type: 'action.intent', session: 's', body: { target, decision: { effect: 'y' } } },
      'written',
    )
    await journal.append({ type: 'action.outcome', session: 's', body: { outcome: 'z' } }, 'written')
    const text = await metrics.registry.metrics()
    expect(text).toContain('bothkeys_actions_total{target="other",effect="other"} 1')
    expect(text).toContain('bothkeys_outcomes_total{outcome="other"} 1')
    expect(states).toEqual([false, false])
  })

  it('tell that the journal fails, until it does not', async () => {
    const metrics = new Metrics([])
    const states: boolean[] = []
    const journal = await metrics.journal(failing(true), (fails) => states.push(fails)).open(context)
    await expect(journal.append(event, 'written')).rejects.toThrow(/full/)
    expect([states, await metrics.registry.metrics()]).toEqual([
      [true],
      expect.stringContaining('bothkeys_journal_failures_total 1'),
    ])
  })
})
