import { describe, expect, it } from 'vitest'
import { ledgerContract } from '../../src/ledger/contract/ledger-contract.js'
import { ExpiryQueue } from '../../src/ledger/expiry-queue.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { keptFree } from '../../src/ledger/room.js'
import type { Clock } from '../../src/model/clock.js'

function handClock(): Clock & { wall: number; mono: number } {
  return {
    wall: Date.UTC(2026, 0, 1),
    mono: 0,
    wallMs() {
      return this.wall
    },
    monotonicMs() {
      return this.mono
    },
  }
}

describe('memoryLedger keeps the contract of ledgers', () => {
  const cases = ledgerContract(() => {
    const clock = handClock()
    const ledger = memoryLedger({ clock, maxEntries: 2_500 })
    return {
      views: [ledger, ledger],
      capacity: 2_500,
      clock: {
        advance(ms) {
          clock.wall += ms
          clock.mono += ms
        },
        setBack(ms) {
          clock.wall -= ms
        },
      },
    }
  })
  // Each case asserts by itself and rejects when the ledger breaks it.
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('memoryLedger', () => {
  it('returns at once, so that nothing runs between reading and deciding', () => {
    const ledger = memoryLedger({ clock: handClock() })
    expect(ledger.commit([{ key: 'a', expectedVersion: 0, value: 1 }])).toBe(true)
    expect(ledger.get('a')).toEqual({ value: 1, version: 1 })
    expect(ledger.nowMs()).toBe(Date.UTC(2026, 0, 1))
  })

  it('starts no earlier than the journal ended', () => {
    expect(memoryLedger({ clock: handClock(), notBeforeMs: Date.UTC(2027, 0, 1) }).nowMs()).toBe(Date.UTC(2027, 0, 1))
  })

  it('refuses a cap that is none and an expiry that is no time', () => {
    const config = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })
    for (const maxEntries of [0, -1, 1.5, Number.NaN])
      expect(() => memoryLedger({ clock: handClock(), maxEntries })).toThrow(config)
    const ledger = memoryLedger({ clock: handClock() })
    const change = { key: 'a', expectedVersion: 0, value: 1, expiresAtMs: Number.NaN }
    expect(() => ledger.commit([change])).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }))
  })

  it('takes a full house of entries that are written again and again', () => {
    const clock = handClock()
    const ledger = memoryLedger({ clock, maxEntries: 100 })
    for (let round = 0; round < 5_000; round++) {
      const key = String(round % 100)
      const { version } = ledger.get(key) as { version: number }
      expect(
        ledger.commit([{ key, expectedVersion: version, value: round, expiresAtMs: clock.wall + 60_000 + round }]),
      ).toBe(true)
    }
    clock.wall += 3_600_000
    expect(ledger.commit([{ key: 'new', expectedVersion: 0, value: 1 }])).toBe(true)
  })
})

describe('ledgerContract', () => {
  it('fails for a ledger that checks and inserts without a condition', async () => {
    const naive = ledgerContract(
      () => {
        const entries = new Map<string, { value: string | number; version: number }>()
        return {
          views: [
            {
              get: (key) => entries.get(key) ?? { value: undefined, version: 0 },
              async commit(changes) {
                const stale = changes.some(
                  ({ expectedVersion, key }) => (entries.get(key)?.version ?? 0) !== expectedVersion,
                )
                await new Promise(setImmediate)
                if (stale) return false
                for (const { key, value } of changes)
                  if (value !== undefined) entries.set(key, { value: value as number, version: 1 })
                return true
              },
              nowMs: () => 0,
              close: () => Promise.resolve(),
            },
          ],
        }
      },
      { races: 20 },
    )
    const failed: string[] = []
    for (const { name, run } of naive) await run().catch(() => failed.push(name))
    expect(failed).toEqual(
      expect.arrayContaining([expect.stringContaining('64 contenders'), expect.stringContaining('conflicting duties')]),
    )
  })
})

describe('ExpiryQueue', () => {
  it('gives the soonest first, whatever the order of adding', () => {
    const queue = new ExpiryQueue()
    const times = Array.from({ length: 500 }, (_, index) => (index * 7919) % 501)
    for (const expiresAtMs of times) queue.add({ key: String(expiresAtMs), version: 1, expiresAtMs })
    queue.retain(({ expiresAtMs }) => expiresAtMs % 2 === 0)
    const taken: number[] = []
    for (let next = queue.soonest; next !== undefined; next = queue.soonest) {
      taken.push(next.expiresAtMs)
      queue.removeSoonest()
    }
    expect(taken).toEqual(times.filter((time) => time % 2 === 0).toSorted((a, b) => a - b))
    expect(queue.size).toBe(0)
  })
})

describe('a ledger that is full of what rules count', () => {
  it('still takes approvals and revocations, and what it has', async () => {
    const ledger = memoryLedger({ clock: handClock(), maxEntries: 80 })
    const put = (key: string, expectedVersion = 0) => ledger.commit([{ key, expectedVersion, value: 1 }])
    const full = expect.objectContaining({ code: 'ERR_LIMIT_EXCEEDED' }) as Error
    for (let index = 0; index < 70; index++) await put(`duty/object/${String(index)}`)
    for (const name of ['duty', 'wall', 'role', 'limit', 'chain']) expect(() => put(`${name}/more`)).toThrow(full)
    const { version } = await ledger.get('duty/object/0')
    expect(await put('duty/object/0', version)).toBe(true)
    for (let index = 0; index < 10; index++) expect(await put(`approval/request/${String(index)}`)).toBe(true)
    expect(() => put('revocations')).toThrow(full)
  })

  it('keeps 10,000 free at most', () => {
    expect([1, 8, 80_000, 1_000_000].map(keptFree)).toEqual([0, 1, 10_000, 10_000])
  })
})

it('keeps nothing that somebody can change, also when a getter answers otherwise the second time', async () => {
  const ledger = memoryLedger({ clock: handClock() })
  const inner = { spent: 'yes' }
  let reads = 0
  const value = Object.defineProperty({}, 'member', { enumerable: true, get: () => (reads++ === 0 ? inner : 'other') })
  await ledger.commit([{ key: 'k', expectedVersion: 0, value: value as Record<string, string> }])
  inner.spent = 'no'
  expect((await ledger.get('k')).value).toEqual({ member: { spent: 'yes' } })
})
