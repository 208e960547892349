import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { limited } from '../../src/approvals/limited.js'

describe('a step with a time limit', () => {
  it.each([
    ['that answers', (): Promise<string> => Promise.resolve('done')],
    ['that fails', (): Promise<string> => Promise.reject(new Error('no'))],
  ])('%s leaves nothing on the signal around it', async (_, step) => {
    const { signal } = new AbortController()
    let during = 0
    const ended = limited(60_000, signal, async () => {
      during = getEventListeners(signal, 'abort').length
      return step()
    })
    await Promise.allSettled([ended])
    expect(during).toBe(1)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
