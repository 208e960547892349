import { describe, expect, it } from 'vitest'
import { ForwardFloor } from '../src/forward-floor.js'
import { Fullness } from '../src/fullness.js'

describe.each([Number.NaN, Infinity, -Infinity])('a monotonic clock that tells %s', (broken) => {
  it('leaves the floor at the time that the ledger told', () => {
    let now = 5
    const floor = new ForwardFloor({ monotonicMs: () => now })
    floor.told(1_000)
    now = 15
    expect(floor.nowMs()).toBe(1_010)
    now = broken
    expect(floor.nowMs()).toBe(1_000)
    floor.told(2_000)
    expect(floor.nowMs()).toBe(2_000)
  })

  it('makes no count fresh', async () => {
    let entries = 0
    const fullness = new Fullness(10, () => Promise.resolve(entries), { monotonicMs: () => broken })
    await fullness.assertRoom(1)
    entries = 10
    await expect(fullness.assertRoom(1)).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
  })
})
