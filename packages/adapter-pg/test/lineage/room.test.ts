import { describe, expect, it } from 'vitest'
import { roomOfConstant } from '../../src/analyzer/room.js'

describe('the room of a constant', () => {
  it.each([
    ['a text', { sval: { sval: 'x'.repeat(10_000_000) } }, 16],
    ['a number that is written out', { fval: { fval: '1e131071' } }, 0.015],
    ['numbers in an array', { sval: { sval: `{${'1E+131071,'.repeat(100)}1}` } }, 1.5],
    ['bits', { bsval: { bsval: `x${'f'.repeat(9_999_999)}` } }, 16],
    ['a few letters', { sval: { sval: 'north' } }, 0],
    ['a whole number', { ival: { ival: 7 } }, 0],
  ])('is as much as it is written out: %s', (_name, body, room) => {
    expect(roomOfConstant(body)).toBeCloseTo(room, 2)
    expect(roomOfConstant(body)).toBeGreaterThan(0)
  })
})
