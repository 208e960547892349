import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withTimeLimit } from '../../src/identity/time-limit.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a step with a time limit', () => {
  it('has a signal that aborts as that of AbortSignal.timeout does', async () => {
    const step = withTimeLimit(
      1_000,
      (signal) =>
        new Promise((answer) => {
          signal.addEventListener('abort', () => answer(signal.reason))
        }),
    )
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await step).toMatchObject({ name: 'TimeoutError' })
  })

  it('leaves no timer behind, whether it answers, rejects or throws', async () => {
    const failure = new Error('failed')
    const thrown = (): string => {
      throw failure
    }
    expect(await withTimeLimit(1_000, ({ aborted }) => aborted)).toBe(false)
    await expect(withTimeLimit(1_000, () => Promise.reject(failure))).rejects.toBe(failure)
    await expect(withTimeLimit(1_000, thrown)).rejects.toBe(failure)
    expect(vi.getTimerCount()).toBe(0)
  })
})
