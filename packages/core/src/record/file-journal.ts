import { isAbsolute, relative, resolve } from 'node:path'
import { BothKeysError } from '../errors.js'
import type { Durability } from '../model/decision.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { DirectoryLock } from './directory-lock.js'
import type { EventDraft, RecordedAt, RecordedEvent } from './event.js'
import { FileFollower } from './file-follower.js'
import type { FileSystem } from './file-system.js'
import type { JournalFollower } from './followed.js'
import { GroupCommit } from './group-commit.js'
import type { Journal, JournalContext, JournalFactory } from './journal.js'
import { JournalWalk } from './journal-walk.js'
import type { JournalWriter } from './journal-writer.js'
import type { OwnerIdentity } from './lock-owner.js'
import { processIdentity } from './lock-owner.js'
import { nodeFileSystem } from './node-file-system.js'
import type { OpenedJournal, OpenOptions } from './open-journal.js'
import { corrupt, openJournal } from './open-journal.js'
import { fileHead } from './file-head.js'
import { HeadNotes } from './head-notes.js'
import type { HeadStore, JournalBehind } from './noted-head.js'

/** Options of `fileJournal`. */
export interface FileJournalOptions {
  /** From which size on a new file is begun, in bytes. Default: 64 MiB. */
  readonly segmentBytes?: number
  /** Space kept back so that a full disk can still be recorded, in bytes. Default: 1 MiB. */
  readonly reserveBytes?: number
  /**
   * Where the journal's head is noted: a file outside the directory, or a store of your own. It is noted when the journal
   * opens, at most once a second while it grows, and when it closes. A journal that lacks the noted event when it is
   * opened says so (`guard.journalBehind`, the observer event `journalBehind`, the record) and stays marked, with the
   * note as it was, until somebody removes the note.
   */
  readonly head?: { readonly path: string } | HeadStore
  /** Another file system, for tests. */
  readonly fileSystem?: FileSystem
  /** Who owns the directory, for tests. */
  readonly identity?: OwnerIdentity
  /** How long an owner that cannot be judged may be silent, for tests. */
  readonly leaseMs?: number
}

/** Events that nobody waits for are synced when so many bytes have gathered, and after this time at the latest. */
const backgroundBytes = 512 * 1024
const backgroundMs = 1_000
/** Beyond this, a disk that does not keep up would fill the memory. */
const maxUnsyncedBytes = 64 * 1024 * 1024

/**
 * Keeps the journal in a directory (0700, files 0600, one process at a time) as lines of RFC 8785 text.
 *
 * Opening verifies the whole journal: ERR_JOURNAL_CORRUPT names the damage, ERR_JOURNAL_LOCKED the process that has the
 * directory. What a crash left half-written is kept aside and cut off, and each intent without an outcome gets the
 * outcome `unknown`; a `journal.recovery` event says so.
 * `written` events are synced within a second, and are lost only when the machine dies before. A disk that fails or is
 * full makes every append throw ERR_JOURNAL_UNAVAILABLE until the process is started anew.
 *
 * @example
 * const guard = await createGuard({ policy, identity, targets, journal: fileJournal('./audit') })
 */
export function fileJournal(directory: string, options: FileJournalOptions = {}): JournalFactory {
  const segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024
  const reserveBytes = options.reserveBytes ?? 1024 * 1024
  for (const [name, value] of Object.entries({ segmentBytes, reserveBytes })) {
    if (Number.isSafeInteger(value) && value >= 1) continue
    throw new BothKeysError('ERR_CONFIG_INVALID', `fileJournal: ${name} must be a positive whole number`)
  }
  if (typeof directory !== 'string' || directory === '') {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'fileJournal needs a directory')
  }
  const open: OpenOptions = {
    ...options,
    segmentBytes,
    reserveBytes,
    fileSystem: options.fileSystem ?? nodeFileSystem,
    identity: options.identity ?? processIdentity(),
    head: headStore(directory, options.head),
  }
  return Object.freeze({
    async open(context: JournalContext): Promise<Journal> {
      return new FileJournal(directory, context, open, await openJournal(directory, context, open))
    },
  })
}

function headStore(directory: string, head: FileJournalOptions['head']): HeadStore | undefined {
  if (head === undefined || !('path' in head)) return head
  const way = relative(resolve(directory), resolve(head.path))
  // On another drive there is no relative way.
  if (/^\.\.([/\\]|$)/.test(way) || isAbsolute(way)) return fileHead(head.path)
  throw new BothKeysError('ERR_CONFIG_INVALID', 'fileJournal: head.path must be outside the journal directory', {
    hint: 'name a file that whoever can change the journal cannot change',
  })
}

class FileJournal implements Journal {
  readonly #directory: string
  readonly #fileSystem: FileSystem
  readonly #lock: DirectoryLock
  readonly #writer: JournalWriter
  readonly #commits: GroupCommit
  readonly #notes: HeadNotes | undefined
  readonly behind: JournalBehind | undefined
  #timer: NodeJS.Timeout | undefined
  #hashing = false
  #closing: Promise<void> | undefined

  constructor(
    directory: string,
    context: JournalContext,
    { fileSystem, head }: OpenOptions,
    { behind, lock, writer }: OpenedJournal,
  ) {
    this.#directory = directory
    this.#fileSystem = fileSystem
    this.behind = behind
    // What was noted of a longer journal is evidence: a shorter one does not take its place.
    if (head !== undefined && behind === undefined)
      this.#notes = new HeadNotes(head, () => writer.durableHead, context.onFailure ?? (() => undefined))
    this.#lock = lock
    this.#writer = writer
    this.#commits = new GroupCommit(async () => {
      await writer.sync()
      this.#notes?.durable()
      writer.rotateWhenFull()
    })
  }

  append(event: EventDraft, durability: Durability): MaybePromise<RecordedAt> {
    this.#assertReady()
    if (!this.#commits.isRunning) this.#writer.rotateWhenFull()
    const at = this.#writer.record(event)
    if (event.type === 'action.intent') this.#hashSoon()
    if (durability === 'synced') return this.#commits.join().then(() => at)
    this.#syncLater()
    return at
  }

  async *read(): AsyncGenerator<RecordedEvent, void> {
    const walk = new JournalWalk(this.#fileSystem, this.#directory, this.#writer.end)
    try {
      yield* walk.events()
    } catch (cause) {
      throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `the journal in ${this.#directory} cannot be read`, { cause })
    }
    const { damage, torn } = walk
    if (damage !== undefined) throw corrupt(this.#directory, damage)
    if (torn !== undefined) throw new BothKeysError('ERR_JOURNAL_CORRUPT', 'the journal ends within an event')
  }

  follow(name: string, onFailure: (cause: unknown) => void): JournalFollower {
    return new FileFollower({
      fileSystem: this.#fileSystem,
      directory: this.#directory,
      name,
      durable: () => this.#writer.durableEnd,
      settle: () => this.#commits.join(),
      onFailure,
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      await this.#commits.join()
    } finally {
      await this.#commits.idle()
      await this.#notes?.close()
      this.#writer.close()
      this.#lock.release()
    }
  }

  #assertReady(): void {
    if (this.#closing !== undefined) {
      throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'the journal is closed, so nothing ran')
    }
    this.#lock.assertHeld()
    if (this.#writer.unsyncedBytes <= maxUnsyncedBytes) return
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'the disk of the journal does not keep up, so nothing ran', {
      hint: 'send the action again later',
    })
  }

  /** Hashes while the target is waited for; what follows an outcome comes too soon for that. */
  #hashSoon(): void {
    if (this.#hashing) return
    this.#hashing = true
    setImmediate(() => {
      this.#hashing = false
      this.#writer.hashAll()
    })
  }

  #syncLater(): void {
    if (this.#writer.unsyncedBytes >= backgroundBytes) void this.#commits.join()
    else this.#timer ??= this.#startTimer()
  }

  #startTimer(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#writer.unsyncedBytes > 0) void this.#commits.join()
    }, backgroundMs)
    // What is not synced when the process ends is still with the kernel.
    return timer.unref()
  }
}
