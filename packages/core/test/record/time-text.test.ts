import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import { millisecondsText, WallTimeText } from '../../src/record/time-text.js'

const written = (ms: number): string => String(Math.round(ms * 1000) / 1000)

describe('monotonic times', () => {
  it.each([0, -0, 0.001, 0.01, 0.1, 0.0004, 0.0005, 1, 1.05, 99.9999, 999.999, 1_000, 123_456.78, 1e12, 1e12 + 0.001])(
    'are written as ECMAScript writes the number: %d',
    (ms) => {
      expect(millisecondsText(ms)).toBe(written(ms))
    },
  )

  it('are so whatever the number', () => {
    const number = fc.oneof(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e13, noNaN: true }),
      fc.double(),
      fc.nat().map((microseconds) => microseconds / 1000),
    )
    fc.assert(
      fc.property(number, (ms) => {
        expect(millisecondsText(ms)).toBe(written(ms))
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('wall times', () => {
  it('are written as Date writes them, whatever came before', () => {
    const text = new WallTimeText()
    fc.assert(
      fc.property(fc.oneof(fc.nat({ max: 3_000 }), fc.integer({ min: 0, max: 253_402_300_799_999 })), (ms) => {
        expect(text.of(ms)).toBe(JSON.stringify(new Date(ms)))
      }),
      { numRuns: 5_000 },
    )
  })
})
