import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withDeadline } from '../src/deadline.js'
import { BothKeysError } from '../src/errors.js'

const never = new Promise<never>(() => undefined)

describe('withDeadline', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('answers what the step answers, and leaves neither timer nor listener', async () => {
    const { signal } = new AbortController()
    expect(await withDeadline('at once', 'this', 10, signal)).toBe('at once')
    expect(await withDeadline(Promise.resolve('later'), 'this', 10, signal)).toBe('later')
    const refused = new Error('refused')
    await expect(withDeadline(Promise.reject(refused), 'this', 10, signal)).rejects.toBe(refused)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('gives up on a step that takes too long', async () => {
    const waited = withDeadline(never, 'this', 10, undefined)
    vi.advanceTimersByTime(10)
    await expect(waited).rejects.toThrow(expect.objectContaining({ code: 'ERR_DEADLINE' }))
  })

  it('gives up when the signal aborts, and leaves neither timer nor listener', async () => {
    const abort = new AbortController()
    const waited = withDeadline(never, 'this', 10, abort.signal)
    const reason = new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed')
    abort.abort(reason)
    await expect(waited).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  it('waits for nothing when the signal was aborted before, but for a step that is done', async () => {
    const signal = AbortSignal.abort()
    await expect(withDeadline(never, 'this', 10, signal)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_ABORTED' }),
    )
    expect(await withDeadline(Promise.resolve('done'), 'this', 10, signal)).toBe('done')
    expect(vi.getTimerCount()).toBe(0)
  })
})
