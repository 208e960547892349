import { describe, expect, it } from 'vitest'
import { GroupCommit } from '../../src/record/group-commit.js'

/** A sync that the test ends. */
function handSync(): { syncs: { end: () => void; fail: (error: Error) => void }[]; sync: () => Promise<void> } {
  const syncs: { end: () => void; fail: (error: Error) => void }[] = []
  return {
    syncs,
    sync: () =>
      new Promise<void>((resolve, reject) => {
        syncs.push({ end: resolve, fail: reject })
      }),
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('GroupCommit', () => {
  it('serves everybody who joined before the sync began with one, and the others with the next', async () => {
    const { sync, syncs } = handSync()
    const commits = new GroupCommit(sync)
    const done: string[] = []
    const join = (name: string): void => {
      void commits.join().then(() => done.push(name))
    }
    join('a')
    join('b')
    await turn()
    join('c')
    await turn()
    expect(syncs).toHaveLength(1)
    syncs[0]!.end()
    await turn()
    expect(done).toEqual(['a', 'b'])
    expect(syncs).toHaveLength(2)
    syncs[1]!.end()
    await commits.idle()
    expect(done).toEqual(['a', 'b', 'c'])
    expect(commits.isRunning).toBe(false)
  })

  it('tells a failure to those who waited for that sync, and to nobody else', async () => {
    const { sync, syncs } = handSync()
    const commits = new GroupCommit(sync)
    const first = commits.join()
    await turn()
    const second = commits.join()
    syncs[0]!.fail(new Error('EIO'))
    await expect(first).rejects.toThrow('EIO')
    await turn()
    syncs[1]!.end()
    await expect(second).resolves.toBeUndefined()
  })
})
