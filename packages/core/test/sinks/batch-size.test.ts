import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../src/sinks/batch-size.js'

/** Sends so many batches, of as many events as there may be, to a sink that takes no more than `most` at once. */
function sent(size: BatchSize, batches: number, most: number): number[] {
  return Array.from({ length: batches }, () => {
    const count = Math.min(size.now, 500)
    if (count > most) size.refused(count)
    else size.taken(count)
    return count
  })
}

describe('the size of batches', () => {
  it('is what there is, until it is too much', () => {
    expect(sent(new BatchSize(), 3, 500)).toEqual([500, 500, 500])
  })

  it('is what went through, and seldom more', () => {
    const size = new BatchSize()
    expect(sent(size, 8, 100)).toEqual([500, 250, 125, 63, 63, 63, 63, 63])
    const later = sent(size, 5_000, 100)
    expect(later.filter((count) => count > 100).length).toBeLessThan(5_000 / 200)
    expect(Math.max(...later.filter((count) => count <= 100))).toBeGreaterThanOrEqual(90)
  })

  it('grows once more goes through', () => {
    const size = new BatchSize()
    sent(size, 500, 100)
    sent(size, 30_000, 500)
    expect(size.now).toBeGreaterThanOrEqual(500)
  })

  it('shrinks where less goes through than before', () => {
    const size = new BatchSize()
    sent(size, 500, 100)
    expect(sent(size, 200, 7).slice(-1)[0]).toBeLessThanOrEqual(8)
    expect(sent(size, 200, 7).filter((count) => count <= 7).length).toBeGreaterThan(190)
  })

  it('is as before soon after one event that is refused whatever stands beside it', () => {
    const size = new BatchSize()
    for (let count = 500; count > 1; count = size.now) size.refused(count)
    size.refused(1)
    expect(sent(size, 10, 500)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 500])
  })

  it('learns nothing of batches that were not whole', () => {
    const size = new BatchSize()
    sent(size, 5, 100)
    const { now } = size
    for (let batch = 0; batch < 100; batch++) size.taken(1)
    expect(size.now).toBe(now)
  })
})
