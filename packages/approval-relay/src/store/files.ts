import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'

/** The file system as the relay uses it, so that tests can make each call fail. Everything rejects as the system call does. */
export interface StoreFiles {
  /** Makes a folder for this user alone. Does nothing when it exists. */
  makeFolder(path: string): Promise<void>
  /** Writes a new file, for this user alone, and waits until its bytes are on disk. */
  create(path: string, bytes: Uint8Array): Promise<void>
  /** Adds to a file without waiting for the disk. */
  append(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Does nothing when there is none. */
  remove(path: string): Promise<void>
  /** Waits until names that came and went in a folder are on disk. */
  syncFolder(path: string): Promise<void>
  list(path: string): Promise<readonly string[]>
  /** Undefined when there is none, when it is no plain file or is longer. A link is not followed. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>
}

/** The file system of this machine. */
export const nodeFiles: StoreFiles = Object.freeze({
  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  create: (path: string, bytes: Uint8Array): Promise<void> => writing(path, 'wx', bytes, true),
  append: (path: string, bytes: Uint8Array): Promise<void> => writing(path, 'a', bytes, false),
  rename: (from: string, to: string): Promise<void> => rename(from, to),
  remove: (path: string): Promise<void> => rm(path, { force: true }),
  async syncFolder(path: string): Promise<void> {
    // Windows has no handle of a folder that could be synced.
    if (process.platform === 'win32') return
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
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
  const file = await open(path, flag, 0o600)
  try {
    await file.writeFile(bytes)
    if (synced) await file.datasync()
  } finally {
    await file.close()
  }
}
