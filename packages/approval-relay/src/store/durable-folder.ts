import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { StoreFiles } from './files.js'

const unfinished = '.unfinished-'

/**
 * A folder of small files of which each is on disk whole or not at all. `put` and `remove` resolve when that is on disk; a `put`
 * that rejects leaves nothing behind that would be read.
 */
export class DurableFolder {
  readonly path: string
  readonly #files: StoreFiles
  #syncing: Promise<void> | undefined
  #nextSync: Promise<void> | undefined
  /** What could not be taken back: it would be read at the next start, so nothing more is promised until then. */
  #isBroken = false
  /** Whether the last write was well. */
  isWell = true

  constructor(path: string, files: StoreFiles) {
    this.path = path
    this.#files = files
  }

  /** Makes the folder, drops what a crash left unfinished, and answers the names in it. */
  async open(): Promise<readonly string[]> {
    await this.#files.makeFolder(this.path)
    const names = await this.#files.list(this.path)
    const left = names.filter((name) => name.startsWith(unfinished))
    await Promise.all(left.map((name) => this.#files.remove(join(this.path, name))))
    return names.filter((name) => !name.startsWith(unfinished))
  }

  read(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return this.#files.read(join(this.path, name), maxBytes)
  }

  async put(name: string, text: string): Promise<void> {
    if (this.#isBroken) throw new Error('an earlier write failed and could not be taken back')
    const before = join(this.path, `${unfinished}${randomBytes(12).toString('hex')}`)
    const path = join(this.path, name)
    try {
      await this.#files.create(before, Buffer.from(text))
      await this.#files.rename(before, path)
      await this.#sync()
      this.isWell = true
    } catch (error) {
      this.isWell = false
      await this.#takeBack(before, path)
      throw error
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#files.remove(join(this.path, name))))
    await this.#sync()
  }

  /** Moves a file to another folder, where somebody can look at it. */
  async moveTo(name: string, folder: string): Promise<void> {
    await this.#files.makeFolder(folder)
    await this.#files.rename(join(this.path, name), join(folder, `${name}.${randomBytes(4).toString('hex')}`))
    await this.#sync()
  }

  async #takeBack(...paths: readonly string[]): Promise<void> {
    try {
      await Promise.all(paths.map((path) => this.#files.remove(path)))
      await this.#sync()
    } catch {
      this.#isBroken = true
    }
  }

  /** However many wait, one sync that begins after they came is enough. */
  #sync(): Promise<void> {
    if (this.#syncing === undefined) return this.#begin()
    this.#nextSync ??= this.#syncing.then(
      () => this.#begin(),
      () => this.#begin(),
    )
    return this.#nextSync
  }

  #begin(): Promise<void> {
    this.#nextSync = undefined
    const run = this.#files.syncFolder(this.path).finally(() => {
      if (this.#syncing === run) this.#syncing = undefined
    })
    this.#syncing = run
    return run
  }
}
