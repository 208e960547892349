import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Principal } from '../../src/model/principal.js'
import {
  ann,
  approved,
  bench,
  bob,
  heldOf,
  hold,
  hourMs,
  human,
  never,
  peerStage,
  policy,
  requirement,
  startMs,
} from './support.js'

describe('withdrawing', () => {
  it('ends a pending request, and no later yes counts', async () => {
    const on = bench()
    const gone = new AbortController()
    const running = on.coordinator.request(hold(), gone.signal)
    await on.hand.asked
    gone.abort()
    expect(await running).toMatchObject({ outcome: 'withdrawn', refusal: { code: 'ERR_APPROVAL_WITHDRAWN' } })
    expect(on.hand.signal?.aborted).toBe(true)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'late' })
    expect(on.journal.of('approval.ended')).toMatchObject([{ outcome: 'withdrawn' }])
  })

  it('wins over a yes that was not consumed', async () => {
    const on = bench()
    const gone = new AbortController()
    const asked = hold()
    const running = on.coordinator.request(asked, gone.signal)
    await on.hand.allow(ann)
    const held = heldOf(await running)
    gone.abort()
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_WITHDRAWN',
    })
  })

  it('wins even when the ledger cannot be told', async () => {
    const on = bench()
    const gone = new AbortController()
    const asked = hold()
    const running = on.coordinator.request(asked, gone.signal)
    await on.hand.allow(ann)
    const held = heldOf(await running)
    on.ledger.fault.commit = 'throw'
    gone.abort()
    await new Promise((resolve) => setImmediate(resolve))
    on.ledger.fault.commit = undefined
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_WITHDRAWN',
    })
    expect(on.failures).toHaveLength(1)
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'against a vote leaves nothing that can run later (offset %i)',
    async (offset) => {
      const on = bench({ deadlineMs: 5_000 })
      on.ledger.slow = true
      const gone = new AbortController()
      const asked = hold()
      const running = on.coordinator.request(asked, gone.signal)
      await on.hand.asked
      const voting = on.hand.allow(ann)
      for (let turn = 0; turn < offset; turn++) await new Promise((resolve) => setImmediate(resolve))
      gone.abort()
      await voting
      const outcome = await running
      const refusal: unknown =
        outcome.outcome === 'approved'
          ? await on.coordinator.consume(outcome.held, asked.digest).catch((error: unknown) => error)
          : outcome.refusal
      expect(refusal).toMatchObject({ code: 'ERR_APPROVAL_WITHDRAWN' })
    },
  )

  it('is the outcome even if the yes is on record a moment later', async () => {
    const on = bench({ deadlineMs: 1_000 })
    let finishRecording: () => void = () => undefined
    const append = on.journal.append.bind(on.journal)
    on.journal.append = (event) => {
      if (event.type !== 'approval.vote') return append(event)
      return new Promise((resolve) => {
        finishRecording = () => {
          resolve({ lsn: 1, seq: 1 })
        }
      })
    }
    const gone = new AbortController()
    const running = on.coordinator.request(hold(), gone.signal)
    await on.hand.asked
    const voting = on.hand.allow(ann)
    await new Promise((resolve) => setImmediate(resolve))
    on.ledger.fault.commit = 'hang'
    gone.abort()
    finishRecording()
    await voting
    expect((await running).outcome).toBe('withdrawn')
  })

  it('before anybody was asked leaves no trace', async () => {
    const on = bench()
    const outcome = await on.coordinator.request(hold(), AbortSignal.abort())
    expect(outcome.outcome).toBe('withdrawn')
    expect(on.journal.events).toEqual([])
    expect(on.ledger.entries.size).toBe(0)
  })

  it('while the request is being entered asks nobody', async () => {
    const on = bench({ deadlineMs: 5_000 })
    on.ledger.slow = true
    const gone = new AbortController()
    const running = on.coordinator.request(hold(), gone.signal)
    gone.abort()
    expect((await running).outcome).toBe('withdrawn')
    expect(on.hand.request).toBeUndefined()
    expect([...on.ledger.entries.keys()].filter((key) => !key.startsWith('approval/request/'))).toEqual([])
  })

  it('of everything pending happens on close', async () => {
    const on = bench()
    const running = [hold(), hold({}, 'delete from orders')].map((one) => on.coordinator.request(one, never))
    await on.hand.asked
    await on.coordinator.close()
    expect((await Promise.all(running)).map((one) => one.outcome)).toEqual(['withdrawn', 'withdrawn'])
  })
})

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('ends a request that nobody decided, which is no denial', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.clock.advance(15 * 60_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await running).toMatchObject({ outcome: 'expired', refusal: { code: 'ERR_APPROVAL_EXPIRED' } })
    expect(on.journal.of('approval.ended')).toMatchObject([{ outcome: 'expired' }])
  })

  it('does not end it a moment early', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.clock.advance(15 * 60_000 - 1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await on.hand.allow(ann)).toEqual({ counted: true })
    expect((await running).outcome).toBe('approved')
  })

  it('refuses a vote that comes after the expiry and before the timer', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.clock.advance(15 * 60_000)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'late' })
    expect((await running).outcome).toBe('expired')
  })

  it('refuses to spend an approval that expired', async () => {
    const on = bench()
    const { asked, held } = await approved(on, hold({ requirement: requirement({ voteMaxAgeMs: 3_600_000 }) }))
    on.clock.advance(15 * 60_000)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_EXPIRED',
    })
  })

  it('that goes backwards expires the request', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.clock.setWall(startMs - 1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect((await running).outcome).toBe('expired')
  })

  it('that went backwards and forwards again does not revive it', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    on.clock.setWall(startMs - 60_000)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_EXPIRED',
    })
    on.clock.setWall(startMs + 1)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_EXPIRED',
    })
  })

  it('cannot be stretched by a wall clock that stands still', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.clock.advance(15 * 60_000)
    on.clock.setWall(startMs)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'late' })
    expect((await running).outcome).toBe('expired')
  })

  it('lets a yes that is too old be given again by the same person', async () => {
    const stages = [
      { stage: 'peer', count: 1, role: 'dba', independent: [] },
      { stage: 'security', count: 1, role: 'security', independent: [] },
    ]
    const on = bench()
    const running = on.coordinator.request(hold({ requirement: requirement({ stages, voteMaxAgeMs: 60_000 }) }), never)
    await on.hand.allow(ann)
    on.clock.advance(60_001)
    on.liveRoles.set(bob, ['security'])
    expect(await on.hand.allow(bob)).toEqual({ counted: true })
    expect(await on.hand.allow(ann)).toEqual({ counted: true })
    expect((await running).outcome).toBe('approved')
  })
})

describe('a yes that ends before the rule says', () => {
  const minuteMs = 60_000
  /** The evidence that Ann and Bob signed: good for ten minutes of an hour that the rule allows. */
  const signedBy = (id: string, at: number): Principal =>
    human(id, ['dba'], { expiresAtMs: startMs + at + 10 * minuteMs, verifiedBy: 'signed-approval' })
  const long = requirement({ stages: [{ ...peerStage, count: 2 }], ttlMs: hourMs, voteMaxAgeMs: hourMs })
  const ages: readonly (readonly [number, boolean])[] = [
    [10 * minuteMs - 1, true],
    [10 * minuteMs, false],
  ]

  it.each(ages)('counts towards the quorum while it stands (%i ms: %s)', async (ageMs, meets) => {
    const on = bench()
    const asked = hold({ requirement: long })
    const gone = new AbortController()
    const running = on.coordinator.request(asked, gone.signal)
    await on.hand.allow(signedBy('ann', 0))
    on.clock.advance(ageMs)
    expect(await on.hand.allow(signedBy('bob', ageMs))).toEqual({ counted: true })
    if (meets) await on.coordinator.consume(heldOf(await running), asked.digest)
    gone.abort()
    expect((await running).outcome).toBe(meets ? 'approved' : 'withdrawn')
  })

  it.each(ages)('is given once while it stands, and again after (%i ms: %s)', async (ageMs, stands) => {
    const on = bench()
    const asked = hold({ requirement: long })
    const running = on.coordinator.request(asked, never)
    await on.hand.allow(signedBy('ann', 0))
    on.clock.advance(ageMs)
    const again = stands ? { counted: false, reason: 'already-voted' } : { counted: true }
    expect(await on.hand.allow(signedBy('ann', ageMs))).toEqual(again)
    expect(await on.hand.allow(signedBy('bob', ageMs))).toEqual({ counted: true })
    await on.coordinator.consume(heldOf(await running), asked.digest)
  })
})

describe('a change of the policy', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('voids a pending request within a second', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.policy = policy('second')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await running).toMatchObject({ outcome: 'void', refusal: { code: 'ERR_APPROVAL_VOID' } })
  })

  it('voids it at the next vote', async () => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.policy = policy('second')
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'late' })
    expect((await running).outcome).toBe('void')
  })

  it('before the request is made asks nobody', async () => {
    const on = bench()
    on.policy = policy('second')
    expect((await on.coordinator.request(hold(), never)).outcome).toBe('void')
    expect(on.hand.request).toBeUndefined()
  })
})
