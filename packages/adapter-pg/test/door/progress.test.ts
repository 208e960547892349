import { expect, it } from 'vitest'
import { Progress } from '../../src/door/progress.js'

it('wakes everybody who waits, as often as their condition asks for', async () => {
  const progress = new Progress()
  let happened = 0
  const seen: string[] = []
  const wait = async (name: string, atLeast: number): Promise<void> => {
    await progress.until(() => happened >= atLeast)
    seen.push(name)
  }
  const waits = [wait('second', 2), wait('first', 1), wait('at once', 0), wait('second again', 2)]
  for (const expected of [['at once'], ['at once', 'first'], ['at once', 'first', 'second', 'second again']]) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(expected)
    happened += 1
    progress.notify()
  }
  await Promise.all(waits)
})
