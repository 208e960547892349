import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BothKeysError } from '../errors.js'
import type { FileSystem } from './file-system.js'
import { readText, systemErrorCode, writeAll } from './file-system.js'
import type { LockOwner, OwnerIdentity } from './lock-owner.js'
import { assertPrivate } from './private-directory.js'

/** How long an owner that cannot be judged may go without a sign of life. It gives one four times as often. */
const leaseMs = 5_000
/** Old generations that stay, so that somebody who listed them long ago still finds the number taken. */
const generationsKept = 16
const maxBytes = 4096
const releasedMark = 'released\n'

/** How a lock is taken. */
export interface LockOptions {
  readonly fileSystem: FileSystem
  readonly identity: OwnerIdentity
  readonly leaseMs?: number
}

/**
 * One owner per folder, such as that of a journal, without a lock of the operating system, which Node.js does not offer.
 *
 * The owner is who created the highest `owner-N`. Taking over creates `owner-(N+1)` exclusively, so of any number of
 * processes that find the owner dead exactly one succeeds; nothing is ever renamed or removed that could be somebody's
 * live lock. The highest number is never removed, so numbers only grow and an old view of the directory cannot win.
 *
 * Whether an owner lives is told by pid, start time, boot and pid namespace. Across containers or machines it cannot be
 * told, so the owner touches its file and a contender watches for that. An owner that did not come to touching it
 * looks whether it still is the owner before it writes again.
 */
export class DirectoryLock {
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #generation: number
  readonly #file: number
  readonly #leaseMs: number
  readonly #timer: NodeJS.Timeout
  #lastSignMs = performance.now()
  #lost = false

  /** Takes the lock. Throws ERR_JOURNAL_LOCKED, naming the owner's pid, while another process has it. */
  static async acquire(folder: string, options: LockOptions): Promise<DirectoryLock> {
    const directory = join(folder, 'journal.lock')
    makeLockDirectory(options.fileSystem, directory)
    for (;;) {
      const highest = generations(options.fileSystem, directory).at(-1) ?? 0
      if (highest > 0) await assertOwnerGone(directory, highest, options)
      const file = claim(directory, highest + 1, options)
      if (file === undefined) continue
      const lock = new DirectoryLock(directory, highest + 1, file, options)
      if (lock.#confirm()) return lock
    }
  }

  private constructor(directory: string, generation: number, file: number, options: LockOptions) {
    this.#fileSystem = options.fileSystem
    this.#directory = directory
    this.#generation = generation
    this.#file = file
    this.#leaseMs = options.leaseMs ?? leaseMs
    this.#timer = setInterval(() => {
      this.#giveSign()
    }, this.#leaseMs / 4)
    this.#timer.unref()
  }

  /** Throws ERR_JOURNAL_UNAVAILABLE when another process took over, or nothing was seen of the lock for too long. */
  assertHeld(): void {
    const nowMs = performance.now()
    if (nowMs - this.#lastSignMs > this.#leaseMs / 2) this.#giveSign()
    if (!this.#lost && nowMs - this.#lastSignMs <= this.#leaseMs) return
    const why = this.#lost ? 'another process took the folder over' : 'the folder cannot be looked at'
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `${why}, so nothing ran`, {
      hint: this.#lost ? 'this process stood still for too long; start it anew' : 'see to the disk of the folder',
    })
  }

  /** Gives the folder to whoever comes next. Never throws. */
  release(): void {
    clearInterval(this.#timer)
    try {
      try {
        const bytes = Buffer.from(releasedMark)
        writeAll(this.#fileSystem, this.#file, bytes, 0, bytes.length)
      } finally {
        this.#fileSystem.close(this.#file)
      }
    } catch {
      // The lock is then judged like that of a process that was killed.
    }
  }

  /** Whether the claim is the highest number. If not, somebody went on from numbers removed since they were listed. */
  #confirm(): boolean {
    try {
      if (this.#isHighest()) {
        this.#removeOld()
        return true
      }
      this.release()
      this.#fileSystem.remove(pathOf(this.#directory, this.#generation))
      return false
    } catch (error) {
      this.release()
      throw error
    }
  }

  #giveSign(): void {
    try {
      if (this.#isHighest()) {
        this.#fileSystem.touch(pathOf(this.#directory, this.#generation))
        this.#lastSignMs = performance.now()
      } else this.#lost = true
    } catch {
      // Not being able to look says neither that the lock is lost nor that it is held: the next look decides.
    }
  }

  #isHighest(): boolean {
    return generations(this.#fileSystem, this.#directory).at(-1) === this.#generation
  }

  #removeOld(): void {
    for (const generation of generations(this.#fileSystem, this.#directory)) {
      if (generation <= this.#generation - generationsKept) this.#fileSystem.remove(pathOf(this.#directory, generation))
    }
  }
}

/** A link could lead to where somebody else decides who owns the folder. */
function makeLockDirectory(fileSystem: FileSystem, directory: string): void {
  try {
    fileSystem.makeDirectory(directory)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
  if (fileSystem.status(directory).kind !== 'directory') {
    throw new BothKeysError('ERR_CONFIG_INVALID', `the lock ${directory} is no directory`, {
      hint: 'find out who put it there, and remove it when no process uses the folder',
    })
  }
  assertPrivate(fileSystem, directory, 'the lock')
}

/** Creates a generation with its owner's name in it. Undefined when somebody else was first. */
function claim(directory: string, generation: number, { fileSystem, identity }: LockOptions): number | undefined {
  try {
    const file = fileSystem.open(pathOf(directory, generation), 'create')
    try {
      const bytes = Buffer.from(`${JSON.stringify(identity.self)}\n`)
      writeAll(fileSystem, file, bytes, 0, bytes.length)
      return file
    } catch (error) {
      fileSystem.close(file)
      throw error
    }
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return undefined
    throw error
  }
}

/** Returns when the owner of a generation released it or is gone; throws ERR_JOURNAL_LOCKED while it lives. */
async function assertOwnerGone(directory: string, generation: number, options: LockOptions): Promise<void> {
  const { fileSystem, identity } = options
  const path = pathOf(directory, generation)
  const { kind, modifiedAtMs: firstSign } = fileSystem.status(path)
  // Reading something else may wait for ever.
  if (kind !== 'file') throw unfit(path)
  const untilMs = performance.now() + (options.leaseMs ?? leaseMs)
  for (;;) {
    const text = readText(fileSystem, path, maxBytes)
    if (text.endsWith(releasedMark)) return
    const owner = parseOwner(text)
    const judged = owner === undefined ? 'unknown' : identity.judge(owner)
    if (judged === 'dead') return
    if (judged === 'alive' || fileSystem.status(path).modifiedAtMs !== firstSign) throw locked(directory, owner)
    if (performance.now() >= untilMs) return
    await sleep((options.leaseMs ?? leaseMs) / 20)
  }
}

function generations(fileSystem: FileSystem, directory: string): readonly number[] {
  const names = fileSystem.list(directory).filter((name) => /^owner-\d+$/.test(name))
  const odd = names.find((name) => !written.test(name))
  if (odd !== undefined) throw unfit(join(directory, odd))
  return names.map((name) => Number(name.slice('owner-'.length))).toSorted((a, b) => a - b)
}

/** As a generation is written, as long as numbers can be counted on: the next one is always greater. */
const written = /^owner-[1-9]\d{0,14}$/

function unfit(path: string): BothKeysError {
  return new BothKeysError(
    'ERR_JOURNAL_UNAVAILABLE',
    `${path} is none that bothkeys made, so nobody can own the folder`,
    {
      hint: 'find out who put it there, and remove it when no process uses the folder',
    },
  )
}

function pathOf(directory: string, generation: number): string {
  return join(directory, `owner-${String(generation)}`)
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as LockOwner
    return Number.isSafeInteger(owner.pid) && owner.pid > 0 ? owner : undefined
  } catch {
    return undefined
  }
}

function locked(directory: string, owner: LockOwner | undefined): BothKeysError {
  const who = owner === undefined ? 'another process' : `process ${String(owner.pid)}`
  return new BothKeysError('ERR_JOURNAL_LOCKED', `the folder is in use by ${who} (${directory})`, {
    hint: 'end that process, or give each process a folder of its own',
  })
}
