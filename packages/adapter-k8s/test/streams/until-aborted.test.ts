import { describe, expect, it } from 'vitest'
import { untilAborted } from '../../src/streams/until-aborted.js'

describe('what is waited for until somebody ends it', () => {
  it('is what it comes to', async () => {
    const { signal } = new AbortController()
    await expect(untilAborted(Promise.resolve(1), signal)).resolves.toBe(1)
    await expect(untilAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed')
  })

  it('is waited for no longer than that', async () => {
    const over = new AbortController()
    const never = new Promise<void>(() => undefined)
    const waiting = untilAborted(never, over.signal)
    over.abort(new Error('the session ended'))
    await expect(waiting).rejects.toThrow('the session ended')
    await expect(untilAborted(never, over.signal)).rejects.toThrow('the session ended')
  })
})
