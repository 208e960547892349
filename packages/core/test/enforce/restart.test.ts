import { describe, expect, it } from 'vitest'
import { requestKey } from '../../src/approvals/pending-index.js'
import { systemClock } from '../../src/model/clock.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { restoredLedger } from '../../src/restored-ledger.js'

const expires = new Date(Date.now() + 60_000).toISOString()

async function after(
  events: readonly {
    readonly type: 'approval.requested' | 'action.intent' | 'approval.vote' | 'approval.ended'
    readonly body: object
  }[],
): Promise<unknown> {
  const factory = memoryJournal()
  const journal = await factory.open({ recorder: 'r', clock: systemClock })
  for (const { type, body } of events) await journal.append({ type, session: 's', body: { ...body } }, 'synced')
  const ledger = await restoredLedger(systemClock, journal, undefined)
  return (await ledger.get(requestKey('q1'))).value
}

const requested = { type: 'approval.requested', body: { id: 'q1', digest: 'd', policy: 'p', expires } } as const

describe('a ledger after a restart', () => {
  it('keeps a consumed approval consumed', async () => {
    const value = await after([requested, { type: 'action.intent', body: { approval: { request: 'q1' } } }])
    expect(value).toMatchObject({ end: 'consumed', votes: [] })
  })

  it('voids a request that was pending, with the votes it had', async () => {
    expect(await after([requested])).toMatchObject({ end: 'void', votes: [] })
    const value = await after([requested, { type: 'approval.vote', body: { request: 'q1', decision: 'allow' } }])
    expect(value).toMatchObject({ end: 'void', votes: [] })
  })

  it('does not bring a denied request back', async () => {
    const value = await after([requested, { type: 'approval.vote', body: { request: 'q1', decision: 'deny' } }])
    expect(value).toMatchObject({ end: 'void' })
  })

  it('goes on from the time of the last event when the clock went back', async () => {
    const journal = await memoryJournal().open({ recorder: 'r', clock: systemClock })
    await journal.append({ type: 'approval.ended', session: 's', body: {} }, 'synced')
    const ledger = await restoredLedger({ wallMs: () => 1_000, monotonicMs: () => 0 }, journal, undefined)
    expect(await ledger.nowMs()).toBeGreaterThan(1_000_000)
  })
})
