import { describe, expect, it } from 'vitest'
import { judgeTally, recallTally } from '../../src/duties/tally.js'
import { reserve } from '../../src/ledger/reserve.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import type { LimitInput, PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { fc } from '../properties.js'
import type { DutyBench } from './support.js'
import { lastingJournal } from '../lasting-journal.js'
import { agent, asks, dutiesApart, dutyBench, human, startMs, verdict } from './support.js'

const { separate: _none, ...plain } = dutiesApart
const limited = (...limits: readonly LimitInput[]): PolicyInput => ({ ...plain, limits })
const limit: LimitInput = { id: 'L1', role: 'worker', statements: '3/min' }
const worker = agent({ id: 'worker' })

describe('a limit on statements', () => {
  it('refuses what is above it until the window is over, and says so', async () => {
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: limited(limit), clock })
    for (let count = 0; count < 3; count++) expect(verdict(await on.does(worker, 'read'))).toBe('permitted')
    expect(await on.does(worker, 'read')).toMatchObject({
      refusal: {
        code: 'ERR_LIMIT_EXCEEDED',
        rules: ['L1'],
        message: 'refused: at most 3 statements within 1m (rule L1)',
      },
    })
    clock.advance(60_000)
    expect(verdict(await on.does(worker, 'read'))).toBe('ERR_LIMIT_EXCEEDED')
    clock.advance(60_000 / 16 + 1)
    expect(verdict(await on.does(worker, 'read'))).toBe('permitted')
  })

  it.each([
    ['another session', { id: 'worker' }],
    ['another agent of the same person', { id: 'second' }],
    ['a sub-agent in the same run', { id: 'child', ownedBy: 'zoe', runRoot: 'run-of-worker' }],
  ])('is not reset by %s', async (_what, who) => {
    const on = await dutyBench({ policy: limited(limit) })
    for (let count = 0; count < 3; count++) await on.does(worker, 'read')
    expect(verdict(await on.does(agent(who), 'write'))).toBe('ERR_LIMIT_EXCEEDED')
    expect(verdict(await on.does(agent({ id: 'other', ownedBy: 'pia' }), 'read'))).toBe('permitted')
  })

  it('counts its role, its targets and its duties, and nothing else', async () => {
    const on = await dutyBench({ policy: limited({ ...limit, target: 'db', duty: 'write', statements: '1/h' }) })
    expect(verdict(await on.does(worker, 'write'))).toBe('permitted')
    expect(verdict(await on.does(worker, 'write'))).toBe('ERR_LIMIT_EXCEEDED')
    expect(verdict(await on.does(worker, 'read'))).toBe('permitted')
    expect(verdict(await on.does(worker, 'write', 'other'))).toBe('permitted')
    expect(verdict(await on.does(human('olga'), 'write'))).toBe('permitted')
  })

  it('counts what has no effect, unless it names duties', async () => {
    const on = await dutyBench({ policy: limited({ ...limit, statements: '1/h' }) })
    expect(verdict(await on.does(worker, []))).toBe('permitted')
    expect(verdict(await on.does(worker, []))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('makes the intent of a read that it counts durable', async () => {
    const on = await dutyBench({ policy: limited(limit) })
    await on.does(worker, 'read')
    expect(on.durabilities).toEqual(['synced'])
  })

  it('of a role counts for sub-agents that were not given it, also after a restart', async () => {
    const worker = agent({ id: 'worker', roles: ['worker', 'reader'] })
    const policy: PolicyInput = {
      ...limited({ ...limit, statements: '2/h' }),
      roles: { ...plain.roles, reader: [{ target: ['db', 'other'], duty: 'read' }] },
    }
    const journal = lastingJournal()
    const first = await dutyBench({ policy, journal })
    const read = async (on: DutyBench): Promise<string> => {
      const session = await on.session(worker)
      const child = await session.delegate({ roles: ['reader'], ttlMs: 60_000 })
      const grandchild = await child.delegate({ roles: ['reader'], ttlMs: 30_000 })
      const answer = verdict(await asks(on.access(grandchild), 'read'))
      await session.close()
      return answer
    }
    expect([await read(first), await read(first), await read(first)]).toEqual([
      'permitted',
      'permitted',
      'ERR_LIMIT_EXCEEDED',
    ])
    await first.guard.close()
    expect(await read(await dutyBench({ policy, journal }))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('goes on after a restart', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ policy: limited(limit), journal })
    for (let count = 0; count < 3; count++) await first.does(worker, 'read')
    await first.guard.close()
    const second = await dutyBench({ policy: limited(limit), journal })
    expect(verdict(await second.does(worker, 'read'))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('without a name counts on when rules come in front of it or its numbers change, and each by itself', async () => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    const { id: _id, ...unnamed } = limit
    const first = await dutyBench({ policy: limited(unnamed), ledger })
    for (let count = 0; count < 3; count++) expect(verdict(await first.does(worker, 'read'))).toBe('permitted')
    const second = limited(
      { role: 'worker', duty: 'write', statements: '1/h' },
      { ...unnamed, statements: '4/h' },
      { ...unnamed, statements: '9/h' },
    )
    const on = await dutyBench({ policy: second, ledger })
    expect(verdict(await on.does(worker, 'write'))).toBe('permitted')
    expect(await on.does(worker, 'read')).toMatchObject({ refusal: { rules: ['limit of worker for every duty'] } })
  })

  it('lets exactly as many of 64 contenders through as it says', async () => {
    const on = await dutyBench({ policy: limited({ ...limit, statements: '10/h' }) })
    const all = await Promise.all(
      Array.from({ length: 64 }, (_, index) => on.does(agent({ id: `w${String(index)}` }), 'read')),
    )
    expect(all.filter(({ outcome }) => outcome === 'permitted')).toHaveLength(10)
  })
})

describe('a count', () => {
  const rule = { id: 'L1', noun: 'statements', limit: 5, windowMs: 1_000 }

  it('is never above its limit in any window, and lets as many in as it may', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (gaps) => {
        let value: SnapshotValue | undefined
        let nowMs = startMs
        const granted: number[] = []
        for (const gap of gaps) {
          nowMs += gap
          const outcome = judgeTally(rule, value, nowMs, 1)
          const within = (ms: number): number => granted.filter((atMs) => atMs >= nowMs - ms).length
          if (outcome.outcome === 'reserved') {
            expect(within(rule.windowMs)).toBeLessThan(rule.limit)
            granted.push(nowMs)
            value = outcome.value
          } else expect(within((rule.windowMs * 18) / 16)).toBeGreaterThanOrEqual(rule.limit)
        }
      }),
    )
  })

  it('keeps what lies ahead when time went backwards', () => {
    let value: SnapshotValue | undefined
    for (let count = 0; count < 5; count++) {
      const outcome = recallTally(rule, value, startMs, 1)
      if (outcome.outcome === 'reserved') value = outcome.value
    }
    expect(judgeTally(rule, value, startMs - 3_600_000, 1).outcome).toBe('exceeded')
  })

  it.each([
    ['longer', 60_000, 3_600_000],
    ['shorter', 3_600_000, 60_000],
  ])('counts on when the window gets %s, and is over when that is over', (_what, beforeMs, afterMs) => {
    const before = { ...rule, windowMs: beforeMs }
    const after = { ...rule, windowMs: afterMs }
    let value: SnapshotValue | undefined
    for (let count = 0; count < 5; count++) {
      const outcome = judgeTally(before, value, startMs + count * 1_000, 1)
      if (outcome.outcome === 'reserved') value = outcome.value
    }
    expect(judgeTally(after, value, startMs + 5_000, 1).outcome).toBe('exceeded')
    const longest = Math.max(beforeMs, afterMs)
    expect(judgeTally(after, value, startMs + 4_000 + afterMs + longest / 8, 1).outcome).toBe('reserved')
  })

  it.each<readonly [string, SnapshotValue]>([
    ['a text', 'x'],
    ['a list', [1]],
    ['a part that is none', { x: 1 }],
    ['a count that is none', { '1': 'x' }],
    ['a count below zero', { '1': -5 }],
    ['a broken count', { '1': 0.5 }],
    ['more parts than there are', Object.fromEntries(Array.from({ length: 65 }, (_, index) => [String(index), 0]))],
  ])('is refused when the ledger holds %s', async (_what, value) => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    await ledger.commit([{ key: 'k', expectedVersion: 0, value }])
    await expect(reserve(ledger, [{ key: 'k', amount: 1, tally: rule }], { deadlineMs: 100 })).rejects.toMatchObject({
      code: 'ERR_LEDGER_UNAVAILABLE',
    })
  })
})
