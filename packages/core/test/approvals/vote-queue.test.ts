import { describe, expect, it } from 'vitest'
import { VoteQueue } from '../../src/approvals/vote-queue.js'

describe('a queue of votes', () => {
  it('takes each vote after the one before is done, also when that failed', async () => {
    const queue = new VoteQueue()
    const steps: string[] = []
    const finish: (() => void)[] = []
    const step =
      (name: string, fails = false) =>
      async (): Promise<void> => {
        steps.push(`${name} begins`)
        await new Promise<void>((resolve) => finish.push(resolve))
        steps.push(`${name} ends`)
        if (fails) throw new Error(name)
      }
    const first = queue.inTurn(step('first', true))
    const second = queue.inTurn(step('second'))
    await new Promise(setImmediate)
    expect(steps).toEqual(['first begins'])
    finish[0]?.()
    await expect(first).rejects.toThrow('first')
    await new Promise(setImmediate)
    expect(steps).toEqual(['first begins', 'first ends', 'second begins'])
    finish[1]?.()
    await second
  })

  it('is full with 64 votes that wait, and takes more when some are done', async () => {
    const queue = new VoteQueue()
    const turns = Array.from({ length: 64 }, () => queue.inTurn(() => Promise.resolve()))
    expect(queue.full).toBe(true)
    await Promise.all(turns)
    expect(queue.full).toBe(false)
  })

  it('has the first 64 refused votes recorded, and counts the others', () => {
    const queue = new VoteQueue()
    const recorded = Array.from({ length: 70 }, () => queue.countRefused()).filter(Boolean)
    expect(recorded).toHaveLength(64)
    expect(queue.refused).toBe(70)
  })
})
