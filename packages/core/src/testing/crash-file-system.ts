import { basename, dirname } from 'node:path'
import type { FileStatus, FileSystem, OpenMode } from '../record/file-system.js'

/** What happens to one system call. `crash`: the machine stops before it. */
export type Fault =
  | { readonly kind: 'error'; readonly code: string }
  /** A write stops after so many bytes. */
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'crash' }

/** What a crash leaves of everything that was not synced. */
export type CrashLoss =
  /** All of it is gone: the power failed, and nothing had reached the disk by chance. */
  | 'unsynced'
  /** A part of it is there, up to any byte and any change of a directory: the power failed in the middle. */
  | 'torn'
  /** All of it is there: only the process died. */
  | 'nothing'

/** Options of `CrashFileSystem`. */
export interface CrashFileSystemOptions {
  /** Asked before each system call: the how-manieth it is, from 0, and its name. */
  readonly fault?: (index: number, call: string) => Fault | undefined
  /** The bytes that fit on the disk. */
  readonly capacity?: number
}

/** Thrown by every system call from the crash on. */
export class MachineStopped extends Error {
  override readonly name = 'MachineStopped'
}

/** What every file and directory here is. */
const ours = { isOpenToOthers: false, isForeign: false } as const

/** The buffers are never written to, only replaced. */
interface Inode {
  bytes: Buffer
  /** What a power failure leaves. */
  durable: Buffer
  /** The kernel dropped what it could not write: a later sync reports success without writing it (fsyncgate). */
  lostFrom: number | undefined
  modified: number
}

interface Directory {
  readonly names: Map<string, Inode>
  durable: Map<string, Inode>
  /** The states since the last sync, each after one change. */
  states: Map<string, Inode>[]
}

/**
 * A file system in memory that forgets, at a crash, what was not synced: bytes, and names in directories. It can make
 * any system call fail (RULES 38). After a failed sync it behaves as Linux does: the next sync of the file succeeds
 * although the bytes are lost.
 */
export class CrashFileSystem implements FileSystem {
  /** What makes system calls fail. May be changed at any time. */
  fault: CrashFileSystemOptions['fault']
  /** System calls so far. */
  calls = 0
  readonly #capacity: number
  readonly #directories = new Map<string, Directory>()
  readonly #open = new Map<number, Inode>()
  #nextFile = 3
  #clock = 1
  #stopped = false
  #restarts = 0

  constructor(options: CrashFileSystemOptions = {}) {
    this.fault = options.fault
    this.#capacity = options.capacity ?? Infinity
  }

  /** The file system as one process sees it: after the next restart, every call of it throws `MachineStopped`. */
  mount(): FileSystem {
    const restarts = this.#restarts
    return new Proxy<CrashFileSystem>(this, {
      get(target, name): unknown {
        if (restarts !== target.#restarts) throw new MachineStopped()
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }

  /** Crashes and starts again: open files are gone, and so is what the loss says. `random`: from 0 to below 1. */
  restart(loss: CrashLoss, random: () => number = Math.random): void {
    this.#stopped = false
    this.#restarts++
    this.#open.clear()
    if (loss === 'nothing') return
    for (const directory of this.#directories.values()) {
      const kept = loss === 'torn' ? pick([directory.durable, ...directory.states], random) : directory.durable
      directory.names.clear()
      for (const [name, inode] of kept) directory.names.set(name, afterCrash(inode, loss, random))
      directory.durable = new Map(directory.names)
      directory.states = []
    }
  }

  /** The bytes of a file as a process sees them. */
  contents(path: string): Buffer {
    return Buffer.from(this.#inode(path).bytes)
  }

  makeDirectory(path: string): void {
    this.#call('makeDirectory')
    if (!this.#directories.has(path)) this.#directories.set(path, { names: new Map(), durable: new Map(), states: [] })
  }

  list(path: string): readonly string[] {
    this.#call('list')
    return [...this.#directory(path).names.keys()]
  }

  /** What a file or a folder is. Throws ENOENT when there is none. */
  status(path: string): FileStatus {
    this.#call('status')
    if (this.#directories.has(path)) return { ...ours, kind: 'directory', bytes: 0, modifiedAtMs: 0 }
    const inode = this.#inode(path)
    return { ...ours, kind: 'file', bytes: inode.bytes.length, modifiedAtMs: inode.modified }
  }

  /** Opens a file and answers its number. Throws ENOENT, or EEXIST where one is to be created that is there. */
  open(path: string, mode: OpenMode): number {
    this.#call('open')
    const directory = this.#directory(dirname(path))
    const name = basename(path)
    if (mode === 'create') {
      if (directory.names.has(name)) throw systemError('EEXIST')
      directory.names.set(name, { bytes: Buffer.alloc(0), durable: Buffer.alloc(0), lostFrom: undefined, modified: 0 })
      this.#changed(directory)
    }
    const file = this.#nextFile++
    this.#open.set(file, this.#inode(path))
    return file
  }

  write(file: number, bytes: Uint8Array, offset: number, length: number): number {
    const fault = this.#call('write')
    const room = this.#capacity - this.#used()
    const written = Math.min(length, fault?.kind === 'short' ? fault.bytes : length, room)
    if (written <= 0) throw systemError('ENOSPC')
    const inode = this.#file(file)
    inode.bytes = Buffer.concat([inode.bytes, bytes.subarray(offset, offset + written)])
    inode.modified = this.#clock++
    return written
  }

  read(file: number, bytes: Uint8Array, length: number, position: number): number {
    this.#call('read')
    return this.#file(file).bytes.copy(bytes, 0, position, position + length)
  }

  /** Cuts a file to so many bytes. */
  truncate(file: number, bytes: number): void {
    this.#call('truncate')
    const inode = this.#file(file)
    inode.bytes = inode.bytes.subarray(0, bytes)
  }

  async sync(file: number): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    this.syncNow(file)
  }

  syncNow(file: number): void {
    const inode = this.#file(file)
    try {
      this.#call('sync')
    } catch (error) {
      if (!(error instanceof MachineStopped)) inode.lostFrom ??= inode.durable.length
      throw error
    }
    inode.durable = inode.bytes.subarray(0, inode.lostFrom)
  }

  syncDirectory(path: string): void {
    this.#call('syncDirectory')
    const directory = this.#directory(path)
    directory.durable = new Map(directory.names)
    directory.states = []
  }

  /** Gives the number of a file back. */
  close(file: number): void {
    this.#call('close')
    this.#file(file)
    this.#open.delete(file)
  }

  publish(from: string, to: string): void {
    this.#call('publish')
    const directory = this.#directory(dirname(from))
    const inode = this.#inode(from)
    if (directory.names.has(basename(to))) throw systemError('EEXIST')
    directory.names.set(basename(to), inode)
    this.#changed(directory)
    directory.names.delete(basename(from))
    this.#changed(directory)
  }

  /** Takes a name away, which comes back with a crash before the folder is synced. */
  remove(path: string): void {
    this.#call('remove')
    const directory = this.#directory(dirname(path))
    this.#inode(path)
    directory.names.delete(basename(path))
    this.#changed(directory)
  }

  touch(path: string): void {
    this.#call('touch')
    this.#inode(path).modified = this.#clock++
  }

  #call(name: string): Fault | undefined {
    if (this.#stopped) throw new MachineStopped()
    const index = this.calls++
    const fault = this.fault?.(index, name)
    if (fault?.kind === 'error') throw systemError(fault.code)
    if (fault?.kind !== 'crash') return fault
    this.#stopped = true
    throw new MachineStopped()
  }

  #changed(directory: Directory): void {
    directory.states.push(new Map(directory.names))
  }

  #directory(path: string): Directory {
    const directory = this.#directories.get(path)
    if (directory === undefined) throw systemError('ENOENT')
    return directory
  }

  #inode(path: string): Inode {
    const inode = this.#directory(dirname(path)).names.get(basename(path))
    if (inode === undefined) throw systemError('ENOENT')
    return inode
  }

  #file(file: number): Inode {
    const inode = this.#open.get(file)
    if (inode === undefined) throw systemError('EBADF')
    return inode
  }

  #used(): number {
    let used = 0
    for (const { names } of this.#directories.values()) for (const { bytes } of names.values()) used += bytes.length
    return used
  }
}

function afterCrash(inode: Inode, loss: CrashLoss, random: () => number): Inode {
  const { durable } = inode
  const kept = loss === 'torn' ? torn(inode, random) : durable
  return { bytes: kept, durable: kept, lostFrom: undefined, modified: inode.modified }
}

/** The durable bytes and some of those behind them, up to any byte, sometimes with zeros to the end. */
function torn({ bytes, durable, lostFrom }: Inode, random: () => number): Buffer {
  if (lostFrom !== undefined || bytes.length <= durable.length) return durable
  const end = durable.length + Math.floor(random() * (bytes.length - durable.length + 1))
  const kept = Buffer.from(bytes.subarray(0, end))
  return random() < 0.25 ? Buffer.concat([kept], bytes.length) : kept
}

function pick<T>(values: readonly T[], random: () => number): T {
  const picked = values[Math.floor(random() * values.length)]
  if (picked === undefined) throw new RangeError('nothing to pick from')
  return picked
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
