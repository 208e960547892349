import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { untilAborted } from '@bothkeys/core/relay'
import type { StoreFiles } from './files.js'

const unfinished = '.unfinished-'

/**
 * A folder of small files of which each is on disk whole or not at all. `put` and `remove` resolve when that is on disk. A `put`
 * that rejects leaves nothing behind that would be read at the next start: the file gets its name last, the name is taken away
 * before anybody hears of the failure, and a name that cannot be taken away stands: the `put` resolves.
 */
export class DurableFolder {
  readonly path: string
  readonly #files: StoreFiles
  #syncing: Promise<void> | undefined
  #nextSync: Promise<void> | undefined
  readonly #onFailure: (cause: unknown) => void
  /** How many were taken back without the disk saying so. */
  #doubts = 0
  /** Whether the last write was well. */
  isWell = true

  constructor(path: string, files: StoreFiles, onFailure: (cause: unknown) => void) {
    this.path = path
    this.#files = files
    this.#onFailure = onFailure
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

  /** Gives up when `signal` aborts, however long the disk takes. */
  async put(name: string, text: string, signal: AbortSignal = new AbortController().signal): Promise<void> {
    if (this.#doubts > 0) throw new Error('an earlier write failed and could not be taken back')
    const before = join(this.path, `${unfinished}${randomBytes(12).toString('hex')}`)
    const path = join(this.path, name)
    let isNamed = false
    try {
      await untilAborted(this.#files.create(before, Buffer.from(text)), signal, 'writing to disk')
      // The name comes at once, whatever the disk does, so that nobody gives up while it comes.
      await this.#files.rename(before, path)
      isNamed = true
      await untilAborted(this.#sync(), signal, 'writing to disk')
      this.isWell = true
    } catch (error) {
      this.isWell = false
      // What is unfinished is never read, so it need not go.
      if (!isNamed) await this.#files.remove(before).catch(this.#onFailure)
      if (!isNamed || (await this.#isTakenBack(path, signal))) throw error
      this.#onFailure(error)
    }
  }

  /** Adds to a file without waiting for the disk: a crash may tear it. */
  async append(name: string, text: string): Promise<void> {
    await this.#files.append(join(this.path, name), Buffer.from(text))
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

  /** False when the name is there and stays. Nothing more is promised until it is known what would be read after a crash. */
  async #isTakenBack(path: string, signal: AbortSignal): Promise<boolean> {
    this.#doubts++
    try {
      await this.#files.remove(path)
    } catch {
      return false
    }
    const synced = this.#sync().then(() => {
      this.#doubts--
    })
    await untilAborted(synced, signal).catch(() => undefined)
    return true
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
