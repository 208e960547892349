import { describe, expect, it } from 'vitest'
import type { CustomMask } from '../../../src/masking/index.js'
import { parseOperator } from '../../../src/masking/index.js'
import { parts } from '../support/mask-key.js'

const context = { type: 'email', domain: 'users' }
const still = { monotonicMs: () => 0 }
const operator = (mask: CustomMask, clock = still) =>
  parseOperator({ custom: 'own' }, { ...parts, custom: { own: mask }, clock })

describe('custom', () => {
  it("masks by the host's function, which is told what the value is", () => {
    const masked = operator((value, { type }) => `${type}:${String(value.length)}`).mask('jane@example.com', context)
    expect(masked).toBe('email:16')
    expect(operator(() => null).mask('x', context)).toBeNull()
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('jane@example.com')
      },
    ],
    ['answers nothing', () => undefined],
    ['answers a number', () => 7],
    ['answers an object', () => ({ toString: () => 'x' })],
    ['answers a promise', () => Promise.resolve('x')],
    ['answers a promise that fails', () => Promise.reject(new Error('no'))],
    ['answers the value', () => 'jane@example.com'],
    ['answers the value in something', () => '<jane@example.com>'],
    ['answers too much', () => 'x'.repeat(10_001)],
  ])('redacts when it %s', (_what, mask) => {
    expect(operator(mask as CustomMask).mask('jane@example.com', context)).toBe('[email]')
  })

  it('redacts what came late, and asks no more after three late answers in a row', () => {
    let now = 0
    let takes = 51
    let calls = 0
    const slow = operator(
      () => {
        calls++
        now += takes
        return 'masked'
      },
      { monotonicMs: () => now },
    )
    const ask = () => slow.mask('x', context)
    expect([ask(), ask()]).toEqual(['[email]', '[email]'])
    takes = 50
    expect(ask()).toBe('masked')
    takes = 51
    expect([ask(), ask(), ask()]).toEqual(['[email]', '[email]', '[email]'])
    takes = 0
    expect(ask()).toBe('[email]')
    expect(calls).toBe(6)
  })
})
