import { BothKeysError } from '../errors.js'
import type { ChainStart } from './chain.js'
import { EventChain } from './chain.js'
import type { EventDraft, RecordedAt } from './event.js'
import { engineSession } from './event.js'
import type { FileSystem } from './file-system.js'
import { systemErrorCode } from './file-system.js'
import type { JournalContext } from './journal.js'
import type { DurableEnd } from './file-follower.js'
import type { WalkEnd } from './journal-walk.js'
import type { JournalHead } from './noted-head.js'
import { Reserve } from './reserve.js'
import { Segment } from './segment.js'
import type { SegmentSummary } from './segment-header.js'

/** Where a writer goes on. */
export interface WriterPlace {
  readonly segment: number
  readonly previous: SegmentSummary | null
  readonly chain: ChainStart
}

/** What a writer needs besides. */
export interface WriterOptions {
  readonly fileSystem: FileSystem
  readonly directory: string
  readonly context: JournalContext
  /** From which size on a new segment is begun. */
  readonly segmentBytes: number
  /** The space that is kept back. */
  readonly reserveBytes: number
}

/**
 * Writes events to segments. After a failed write or sync the segment is never synced again, because the kernel may have
 * dropped what it could not write and report success: a new segment is begun with everything that is not known to be
 * durable. If that fails too, or the disk is full, nothing is recorded any more.
 */
export class JournalWriter {
  readonly #options: WriterOptions
  readonly #chain: EventChain
  readonly #reserve: Reserve
  #segment: Segment
  #retired: number[] = []
  #rotateAt: number
  #notice: EventDraft | undefined
  #failure: Failure | undefined

  /** Begins a segment with the events that open the journal. Throws what the file system throws. */
  constructor(options: WriterOptions, place: WriterPlace, opening: readonly EventDraft[]) {
    const { context, directory, fileSystem, reserveBytes } = options
    this.#options = options
    this.#rotateAt = options.segmentBytes
    this.#reserve = new Reserve(fileSystem, directory, reserveBytes)
    const early = new Map<number, string>()
    let onHash = (lsn: number, hash: string): unknown => early.set(lsn, hash)
    this.#chain = new EventChain(context.recorder, context.clock, (lsn, hash) => onHash(lsn, hash), place.chain)
    const framed = opening.map((draft) => {
      const event = this.#chain.prepare(draft)
      this.#chain.commit()
      return event
    })
    this.#reserve.keep()
    const header = {
      segment: place.segment,
      lsn: place.chain.lsn,
      recorder: context.recorder,
      previous: place.previous,
    }
    this.#segment = Segment.build(fileSystem, directory, header, { framed })
    for (const [lsn, hash] of early) this.#segment.setHash(lsn, hash)
    onHash = (lsn, hash) => {
      this.#segment.setHash(lsn, hash)
    }
    try {
      this.#segment.publish(directory)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Up to where the journal is written. */
  get end(): WalkEnd {
    return { segment: this.#segment.number, bytes: this.#segment.bytes }
  }

  /** Up to where it is on disk, and the lsn of what comes behind. */
  get durableEnd(): DurableEnd {
    const { bytes, events } = this.#segment.durable
    return { segment: this.#segment.number, bytes, lsn: this.#segment.firstLsn + events }
  }

  get unsyncedBytes(): number {
    return this.#segment.bytes - this.#segment.durable.bytes
  }

  /** The last event that is known to be on disk; undefined right after a segment was begun. */
  get durableHead(): JournalHead | undefined {
    this.#chain.hashAll()
    const head = this.#segment.durableHead
    return head && { recorder: this.#options.context.recorder, ...head }
  }

  /** Hashes what was recorded, while there is time. */
  hashAll(): void {
    this.#chain.hashAll()
  }

  /** Records one event: it is written when this returns. Throws ERR_JOURNAL_UNAVAILABLE, and what the event deserves. */
  record(draft: EventDraft): RecordedAt {
    this.#assertWorks()
    const framed = this.#chain.prepare(draft)
    let isMoved = false
    try {
      this.#segment.append(framed)
    } catch (error) {
      this.#replace(error, 'write', framed)
      isMoved = true
    }
    const at = this.#chain.commit()
    if (isMoved) this.#giveNotice()
    return at
  }

  /** Makes everything durable that was recorded so far. Must not be called while it runs. */
  async sync(): Promise<void> {
    this.#assertWorks()
    const segment = this.#segment
    const { mark } = segment
    try {
      await this.#options.fileSystem.sync(segment.file)
      if (this.#segment === segment) segment.markDurable(mark)
    } catch (error) {
      // If the segment was replaced meanwhile, all that was in it is durable in the new one.
      if (this.#segment === segment && this.#failure === undefined) {
        this.#replace(error, 'sync', undefined)
        this.#giveNotice()
      }
    } finally {
      this.#closeRetired()
    }
    this.#assertWorks()
  }

  /** Begins a new segment when this one is full. Must not be called while `sync` runs. */
  rotateWhenFull(): void {
    if (this.#segment.bytes < this.#rotateAt || this.#failure !== undefined) return
    try {
      this.#options.fileSystem.syncNow(this.#segment.file)
    } catch (error) {
      this.#replace(error, 'sync', undefined)
      this.#giveNotice()
      return
    }
    this.#segment.markDurable(this.#segment.mark)
    let next: Segment
    try {
      next = this.#build(false, undefined)
    } catch {
      // The segment at hand is sound: it grows on, and this is tried again later.
      this.#rotateAt = this.#segment.bytes + this.#options.segmentBytes
      return
    }
    this.#publish(next)
    this.#closeRetired()
  }

  /** Releases the files. Nothing can be recorded then. Never throws. */
  close(): void {
    this.#failure ??= { what: 'is closed', cause: undefined }
    this.#retired.push(this.#segment.file)
    this.#closeRetired()
  }

  /**
   * Gives the segment up and begins another with what is not known to be durable, and with `extra`, an event that was
   * prepared but not written. Throws ERR_JOURNAL_UNAVAILABLE when that fails.
   */
  #replace(error: unknown, step: 'write' | 'sync', extra: string | undefined): void {
    const code = systemErrorCode(error) ?? 'unknown'
    if (code === 'ENOSPC' || code === 'EDQUOT') throw this.#stop(error, code)
    const segment = this.#segment.number
    const next = this.#orFail(() => this.#build(true, extra))
    this.#publish(next)
    const body = { code, reason: `${step}-failed`, segment }
    this.#notice = { type: 'journal.recovery', session: engineSession, body }
  }

  /** The disk is full: uses the space that was kept back to say so, after what is not durable yet. */
  #stop(error: unknown, code: string): BothKeysError {
    this.#reserve.release()
    try {
      const body = { code, reason: 'disk-full' }
      const stopped = this.#chain.prepare({ type: 'journal.stopped', session: engineSession, body })
      const next = this.#build(true, stopped)
      this.#chain.commit()
      this.#publish(next)
    } catch {
      // Nothing can be said on a disk that is that full; refusing everything says it to everybody else.
    }
    return this.#fail(error)
  }

  /** The segment that follows, with what is not durable here and a framed event that was not committed yet. */
  #build(abandoned: boolean, extra: string | undefined): Segment {
    const { context, directory, fileSystem } = this.#options
    this.#chain.hashAll()
    const segment = this.#segment
    const header = {
      segment: segment.number + 1,
      lsn: segment.firstLsn + segment.durable.events,
      recorder: context.recorder,
      previous: segment.summary(segment.durable, abandoned),
    }
    const moved = segment.unsynced
    const next = Segment.build(fileSystem, directory, header, { moved, framed: extra === undefined ? [] : [extra] })
    next.copyHashes(segment, moved.events)
    return next
  }

  /** Makes a segment the one that is written. From its first step on there is no way back to the one before. */
  #publish(next: Segment): void {
    this.#retired.push(this.#segment.file)
    this.#segment = next
    this.#rotateAt = this.#options.segmentBytes
    this.#orFail(() => {
      next.publish(this.#options.directory)
    })
  }

  #giveNotice(): void {
    const notice = this.#notice
    if (notice === undefined) return
    this.#notice = undefined
    try {
      const framed = this.#chain.prepare(notice)
      this.#segment.append(framed)
      this.#chain.commit()
    } catch (error) {
      this.#fail(error)
    }
  }

  #orFail<T>(step: () => T): T {
    try {
      return step()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #fail(cause: unknown): BothKeysError {
    this.#failure ??= { what: `could not be written (${systemErrorCode(cause) ?? 'unknown'})`, cause }
    return unavailable(this.#failure)
  }

  #assertWorks(): void {
    if (this.#failure !== undefined) throw unavailable(this.#failure)
  }

  /** Closing a file while a sync of it runs could hit the file that gets its number next. */
  #closeRetired(): void {
    for (const file of this.#retired.splice(0)) {
      try {
        this.#options.fileSystem.close(file)
      } catch {
        // What was to be durable is durable in another segment.
      }
    }
  }
}

interface Failure {
  readonly what: string
  readonly cause: unknown
}

function unavailable({ cause, what }: Failure): BothKeysError {
  return new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `the journal ${what}, so nothing ran`, {
    cause,
    hint: 'see to the disk of the journal directory and start the process anew',
  })
}
