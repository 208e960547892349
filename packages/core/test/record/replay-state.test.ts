import { describe, expect, it } from 'vitest'
import type { EventDraft } from '../../src/record/event.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { ReplayedState } from '../../src/record/replay-state.js'
import { replayState } from '../../src/record/replay-state.js'
import { handClock, recorder } from './journal-bench.js'

const start = Date.UTC(2026, 0, 1)

/** Replays events that are recorded a minute after one another. */
async function replayed(
  ...drafts: readonly (readonly [EventDraft['type'], EventDraft['body']])[]
): Promise<ReplayedState> {
  const clock = handClock(start)
  const journal = await memoryJournal().open({ recorder, clock })
  for (const [type, body] of drafts) {
    clock.wall += 60_000
    await journal.append({ type, session: 's', body }, 'written')
  }
  return replayState(journal.read())
}

function requested(id: string, ttlMs = 3_600_000): readonly [EventDraft['type'], EventDraft['body']] {
  return ['approval.requested', { id, digest: `d-${id}`, policy: 'p', expires: new Date(start + ttlMs).toISOString() }]
}

function endsOf({ requests }: ReplayedState): Record<string, string> {
  return Object.fromEntries([...requests].map(([id, { end }]) => [id, end]))
}

describe('replayState', () => {
  it('keeps used and denied approvals so, and voids what was still open', async () => {
    const state = await replayed(
      ...['used', 'denied', 'open', 'approved', 'expired', 'odd'].map((id) => requested(id)),
      ['approval.vote', { request: 'used', decision: 'allow' }],
      ['action.intent', { id: 'a-1', approval: { request: 'used', votes: [] } }],
      ['approval.vote', { request: 'denied', decision: 'deny' }],
      ['approval.ended', { request: 'denied', outcome: 'denied' }],
      ['approval.vote', { request: 'approved', decision: 'allow' }],
      ['approval.ended', { request: 'expired', outcome: 'expired' }],
      ['approval.ended', { request: 'odd', outcome: 'allowed' }],
      ['action.intent', { id: 'a-2' }],
    )
    expect(endsOf(state)).toEqual({
      used: 'consumed',
      denied: 'denied',
      open: 'void',
      approved: 'void',
      expired: 'expired',
      odd: 'void',
    })
    expect(state.requests.get('used')).toEqual({
      end: 'consumed',
      digest: 'd-used',
      policy: 'p',
      expiresAtMs: start + 3_600_000,
    })
    expect(state.lastTimeMs).toBe(start + 14 * 60_000)
  })

  it('lets nothing that comes later take a restriction back', async () => {
    const state = await replayed(
      requested('used'),
      requested('denied'),
      ['action.intent', { id: 'a-1', approval: { request: 'used' } }],
      ['approval.ended', { request: 'used', outcome: 'withdrawn' }],
      requested('used'),
      ['approval.vote', { request: 'denied', decision: 'deny' }],
      ['approval.ended', { request: 'denied', outcome: 'expired' }],
    )
    expect(endsOf(state)).toEqual({ used: 'consumed', denied: 'denied' })
  })

  it('forgets what expired more than an hour before the last event', async () => {
    const later = Array.from({ length: 70 }, (): readonly [EventDraft['type'], EventDraft['body']] => [
      'target.internal',
      {},
    ])
    expect(endsOf(await replayed(requested('old', 1_000), requested('young', 60_000 * 30), ...later))).toEqual({
      young: 'void',
    })
  })

  it('takes no notice of members of other types', async () => {
    const state = await replayed(
      ['approval.requested', { id: 7 }],
      ['approval.requested', { id: 'bare' }],
      ['action.intent', { approval: null }],
      ['approval.vote', { request: ['bare'], decision: 'deny' }],
      ['approval.ended', { request: '__proto__' }],
    )
    expect(endsOf(state)).toEqual({ bare: 'void' })
  })
})
