import { describe, expect, it } from 'vitest'
import { closeInOrder } from '../src/close-in-order.js'

describe('closing in order', () => {
  it('takes every step although those before it throw, reject or hang, and tells of the first', async () => {
    const taken: string[] = []
    const first = new Error('first')
    const steps = [
      () => taken.push('answers'),
      () => {
        throw first
      },
      () => Promise.reject(new Error('second')),
      () => new Promise(() => undefined),
      () => taken.push('last'),
    ]
    await expect(closeInOrder(steps, 20)).rejects.toBe(first)
    expect(taken).toEqual(['answers', 'last'])
  })

  it('waits for each step before the next', async () => {
    const taken: string[] = []
    const slow = async (): Promise<void> => {
      await new Promise(setImmediate)
      taken.push('slow')
    }
    await closeInOrder([slow, () => taken.push('next')], 1_000)
    expect(taken).toEqual(['slow', 'next'])
  })
})
