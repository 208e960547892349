import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FileSystem } from './file-system.js'
import { systemErrorCode, writeAll } from './file-system.js'

const reserveName = 'journal.reserve'
/** Random, because some file systems store zeros without using any space; they compress by 128 KiB at most. */
const chunkBytes = 128 * 1024

/**
 * Space that is kept back on the journal's disk, so that when the disk is full the journal can still say so and keep
 * what it holds in memory.
 */
export class Reserve {
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #bytes: number

  constructor(fileSystem: FileSystem, directory: string, bytes: number) {
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#bytes = bytes
  }

  /** Makes sure that the space is there. Throws what the file system throws. */
  keep(): void {
    const fileSystem = this.#fileSystem
    if (fileSystem.list(this.#directory).includes(reserveName)) {
      if (fileSystem.status(this.#path()).bytes === this.#bytes) return
      fileSystem.remove(this.#path())
    }
    const file = fileSystem.open(this.#path(), 'create')
    try {
      const chunk = randomBytes(chunkBytes)
      for (let left = this.#bytes; left > 0; left -= chunkBytes) {
        writeAll(fileSystem, file, chunk, 0, Math.min(left, chunkBytes))
      }
      fileSystem.syncNow(file)
    } finally {
      fileSystem.close(file)
    }
  }

  /** Gives the space back. Never throws: what needs it then fails by itself. */
  release(): void {
    try {
      this.#fileSystem.remove(this.#path())
      // Some file systems free the blocks only when the removal is committed.
      this.#fileSystem.syncDirectory(this.#directory)
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
    }
  }

  #path(): string {
    return join(this.#directory, reserveName)
  }
}
