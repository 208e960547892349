import type { StoreFiles } from '../../src/store/files.js'
import { nodeFiles } from '../../src/store/files.js'

/** The disk of this machine, until a test lets a call fail or hang. */
export class FailingFiles {
  fails: keyof StoreFiles | undefined
  /** Does not come to its end. */
  hangs: keyof StoreFiles | undefined
  /** Also what takes back. */
  removes = true
  /** How many hang. */
  hanging = 0
  /** How often each was called. */
  readonly calls = new Map<keyof StoreFiles, number>()
  readonly files: StoreFiles

  constructor() {
    const called = async (name: keyof StoreFiles): Promise<void> => {
      this.calls.set(name, (this.calls.get(name) ?? 0) + 1)
      const isRemoval = name === 'remove' && !this.removes
      if (this.fails === name || isRemoval) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      if (this.hangs !== name) return
      this.hanging++
      await new Promise(() => undefined)
    }
    this.files = {
      ...nodeFiles,
      async create(path, bytes) {
        // Half of it is there.
        try {
          await called('create')
        } catch (error) {
          await nodeFiles.create(path, bytes.subarray(0, bytes.length / 2))
          throw error
        }
        await nodeFiles.create(path, bytes)
      },
      async append(path, bytes) {
        await called('append')
        await nodeFiles.append(path, bytes)
      },
      async rename(from, to) {
        await called('rename')
        await nodeFiles.rename(from, to)
      },
      async syncFolder(path) {
        await called('syncFolder')
        await nodeFiles.syncFolder(path)
      },
      async remove(path) {
        await called('remove')
        await nodeFiles.remove(path)
      },
    }
  }
}
