import { describe, expect, it, vi } from 'vitest'
import { closeAll } from '../src/close-all.js'

const closed = (): Promise<void> => Promise.resolve()

describe('closing everything', () => {
  it('begins with every door at once, and closes the guard when all are closed', async () => {
    const order: string[] = []
    let last = (): void => undefined
    const waits = new Promise<void>((resolve) => (last = resolve))
    const slow = { close: () => waits.then(() => order.push('slow')) }
    const other = {
      close: () => {
        order.push('other')
        // The slow one ends only when this one was told to.
        setImmediate(last)
        return Promise.resolve()
      },
    }
    await closeAll([slow, other], { close: () => Promise.resolve(order.push('guard')) })
    expect(order).toEqual(['other', 'slow', 'guard'])
  })

  it('closes the guard after what failed or threw, and says what failed', async () => {
    const guard = vi.fn<typeof closed>(closed)
    const thrown = {
      close: () => {
        throw new Error('one')
      },
    }
    const parts = [thrown, { close: () => Promise.reject(new Error('two')) }, { close: closed }]
    await expect(closeAll(parts, { close: guard })).rejects.toThrow('one')
    expect(guard).toHaveBeenCalledTimes(1)
    await expect(closeAll([], { close: () => Promise.reject(new Error('three')) })).rejects.toThrow('three')
  })

  it('waits so long for a part that hangs, and then closes the guard', async () => {
    vi.useFakeTimers()
    try {
      const guard = vi.fn<typeof closed>(closed)
      const closing = closeAll([{ close: () => new Promise(() => undefined) }], { close: guard })
      const said = closing.catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(19_999)
      expect(guard).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(guard).toHaveBeenCalledTimes(1)
      expect(await said).toMatchObject({ message: expect.stringContaining('too long') })
    } finally {
      vi.useRealTimers()
    }
  })
})
