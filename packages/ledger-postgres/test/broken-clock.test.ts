import { describe, expect, it } from 'vitest'
import { ForwardFloor } from '../src/forward-floor.js'

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
})
