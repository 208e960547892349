import * as fs from 'node:fs'
import { dirname } from 'node:path'
import type { FileStatus, FileSystem, OpenMode } from './file-system.js'
import { systemErrorCode } from './file-system.js'

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = fs.constants

const flags: Readonly<Record<OpenMode, number>> = {
  create: O_WRONLY | O_APPEND | O_CREAT | O_EXCL,
  append: O_WRONLY | O_APPEND,
  read: O_RDONLY,
}

/** What link(2) says on file systems that have no hard links. */
const withoutLinks: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** The file system of this machine. */
export const nodeFileSystem: FileSystem = Object.freeze({
  makeDirectory(path: string): void {
    const first = fs.mkdirSync(path, { recursive: true, mode: 0o700 })
    if (first === undefined) return
    const top = dirname(first)
    for (let parent = dirname(path); ; parent = dirname(parent)) {
      syncDirectory(parent)
      if (parent === top || parent === dirname(parent)) return
    }
  },
  list: (path: string): readonly string[] => fs.readdirSync(path),
  status(path: string): FileStatus {
    const { mode, mtimeMs, size, uid } = fs.statSync(path)
    const itself = fs.lstatSync(path)
    // Windows reports bits and numbers that say nothing about who may read.
    const user = process.geteuid?.()
    return {
      bytes: size,
      modifiedAtMs: mtimeMs,
      kind: itself.isFile() ? 'file' : itself.isDirectory() ? 'directory' : 'other',
      isOpenToOthers: user !== undefined && (mode & 0o077) !== 0,
      isForeign: user !== undefined && uid !== user,
    }
  },
  open: (path: string, mode: OpenMode): number => fs.openSync(path, flags[mode], 0o600),
  write: (file: number, bytes: Uint8Array, offset: number, length: number): number =>
    fs.writeSync(file, bytes, offset, length),
  read: (file: number, bytes: Uint8Array, length: number, position: number): number =>
    fs.readSync(file, bytes, 0, length, position),
  truncate: (file: number, bytes: number): void => {
    fs.ftruncateSync(file, bytes)
  },
  sync: (file: number): Promise<void> =>
    new Promise((resolve, reject) => {
      fs.fdatasync(file, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    }),
  syncNow: (file: number): void => {
    fs.fdatasyncSync(file)
  },
  syncDirectory,
  close: (file: number): void => {
    fs.closeSync(file)
  },
  publish(from: string, to: string): void {
    try {
      fs.linkSync(from, to)
    } catch (error) {
      if (!withoutLinks.has(systemErrorCode(error))) throw error
      if (fs.existsSync(to)) throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' })
      fs.renameSync(from, to)
      return
    }
    fs.unlinkSync(from)
  },
  remove: (path: string): void => {
    fs.unlinkSync(path)
  },
  touch(path: string): void {
    const now = new Date()
    fs.utimesSync(path, now, now)
  },
})

function syncDirectory(path: string): void {
  // Windows has no handle of a directory that could be synced.
  if (process.platform === 'win32') return
  const file = fs.openSync(path, O_RDONLY)
  try {
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}
