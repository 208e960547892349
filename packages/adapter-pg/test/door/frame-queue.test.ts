import { describe, expect, it } from 'vitest'
import { FrameQueue, frameOverheadBytes } from '../../src/door/frame-queue.js'
import type { Frame } from '../../src/door/frames.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const frame = (type: number): Frame => ({ type, bytes: Buffer.alloc(5) })

describe('FrameQueue', () => {
  it('gives messages back in order and counts what they take', () => {
    const queue = new FrameQueue()
    for (let type = 0; type < 5_000; type++) {
      queue.push(frame(type))
      if (type % 3 === 0) queue.take()
    }
    expect(queue.bytes).toBe((5 + frameOverheadBytes) * (5_000 - 1_667))
    const left: number[] = []
    while (!queue.empty) left.push(queue.take()?.type ?? -1)
    expect(left).toEqual(Array.from({ length: 3_333 }, (_, index) => index + 1_667))
    expect(queue.bytes).toBe(0)
  })

  it('takes as long for each of a million messages as for the first', () => {
    const queue = new FrameQueue()
    const one = frame(0x48)
    for (let count = 0; count < 1_000_000; count++) queue.push(one)
    const started = performance.now()
    while (queue.take() !== undefined);
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  it('wakes its reader for a message and at its end', async () => {
    const queue = new FrameQueue()
    const woken: string[] = []
    const wait = (what: string): Promise<unknown> => queue.arrival().then(() => woken.push(what))
    const first = wait('message')
    await turn()
    expect(woken).toEqual([])
    queue.push(frame(1))
    await first
    await wait('the message that is there')
    expect(queue.take()?.type).toBe(1)
    expect(queue.ended).toBe(false)
    const last = wait('end')
    await turn()
    expect(woken).toHaveLength(2)
    queue.push(frame(2))
    queue.clear()
    await last
    expect(queue.take()).toBeUndefined()
    expect(queue.ended).toBe(true)
    await wait('the end that was')
    expect(woken).toEqual(['message', 'the message that is there', 'end', 'the end that was'])
  })
})
