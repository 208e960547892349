import { closeSync, constants, fdatasync, fsync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The file system as the relay uses it, so that tests can make each call fail. Everything rejects as the system call does. */
export interface StoreFiles {
  /** Makes a folder for this user alone. Does nothing when it exists. */
  makeFolder(path: string): Promise<void>
  /** Writes a new file, for this user alone, and waits until its bytes are on disk. */
  create(path: string, bytes: Uint8Array): Promise<void>
  /** Adds to a file without waiting for the disk. */
  append(path: string, bytes: Uint8Array): Promise<void>
  /** At once, without waiting for the disk, as `remove`: whoever gives up waiting must know what there is. */
  rename(from: string, to: string): Promise<void>
  /** Does nothing when there is none. */
  remove(path: string): Promise<void>
  /** Waits until names that came and went in a folder are on disk. */
  syncFolder(path: string): Promise<void>
  list(path: string): Promise<readonly string[]>
  /** Undefined when there is none, when it is no plain file or is longer. A link is not followed. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>
}

const dataOnDisk = promisify(fdatasync)
const namesOnDisk = promisify(fsync)

/**
 * The file system of this machine. What the kernel does in its memory is done at once; only what waits for the disk is left to
 * another thread, of which there are four for everything: each short call would queue there behind the disk.
 */
export const nodeFiles: StoreFiles = Object.freeze({
  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  create: (path: string, bytes: Uint8Array): Promise<void> => writing(path, 'wx', bytes, true),
  append: (path: string, bytes: Uint8Array): Promise<void> => writing(path, 'a', bytes, false),
  async rename(from: string, to: string): Promise<void> {
    renameSync(from, to)
  },
  async remove(path: string): Promise<void> {
    try {
      unlinkSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  },
  async syncFolder(path: string): Promise<void> {
    // Windows has no handle of a folder that could be synced.
    if (process.platform === 'win32') return
    const folder = openSync(path, 'r')
    try {
      await namesOnDisk(folder)
    } finally {
      closeSync(folder)
    }
  },
  list: (path: string): Promise<readonly string[]> => readdir(path),
  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    // What is no plain file could keep a reader waiting.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      () => undefined,
    )
    if (file === undefined) return undefined
    try {
      const status = await file.stat()
      if (!status.isFile() || status.size > maxBytes) return undefined
      return await file.readFile()
    } finally {
      await file.close()
    }
  },
})

async function writing(path: string, flag: 'wx' | 'a', bytes: Uint8Array, synced: boolean): Promise<void> {
  const file = openSync(path, flag, 0o600)
  try {
    writeFileSync(file, bytes)
    if (synced) await dataOnDisk(file)
  } finally {
    closeSync(file)
  }
}
