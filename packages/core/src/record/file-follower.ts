import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BothKeysError } from '../errors.js'
import { ChainCheck } from './chain-check.js'
import type { Cursor } from './cursor.js'
import { cursorPath, cursorText, parseCursor } from './cursor.js'
import type { FileSystem } from './file-system.js'
import { systemErrorCode } from './file-system.js'
import type { ExportedEvent, JournalFollower, ReadLimits } from './followed.js'
import { HeadNotes } from './head-notes.js'
import { headerIn, headerOf } from './header-check.js'
import type { Line } from './line-reader.js'
import { readLines } from './line-reader.js'
import { exportedEvent } from './memory-follower.js'
import { replaceFile, textOf } from './replaced-file.js'
import { segmentName } from './segment-header.js'

/** Up to where a journal is on disk, and the lsn of what comes behind. */
export interface DurableEnd {
  readonly segment: number
  readonly bytes: number
  readonly lsn: number
}

/** What a follower reads, and for whom. */
export interface Followed {
  readonly fileSystem: FileSystem
  readonly directory: string
  readonly name: string
  readonly durable: () => DurableEnd
  readonly settle: () => Promise<void>
  /** Told when the cursor cannot be kept: then more is read again after a crash. */
  readonly onFailure: (cause: unknown) => void
}

/** How many events are read before other work gets its turn. */
const eventsPerTurn = 64

/** Reads the segments of a file journal while they are written. Its cursor stands in a file beside them. */
export class FileFollower implements JournalFollower {
  readonly #of: Followed
  readonly #cursor: HeadNotes<Cursor>
  /** Read and not acknowledged. */
  readonly #handedOut: Cursor[] = []
  #acknowledged: Cursor | undefined
  #check: ChainCheck | undefined
  #segment = 1
  #offset = 0

  constructor(of: Followed) {
    this.#of = of
    const path = cursorPath(of.directory, of.name)
    const store = { note: (cursor: Cursor) => replaceFile(path, cursorText(cursor)) }
    this.#cursor = new HeadNotes(store, () => this.#acknowledged, of.onFailure)
  }

  get waiting(): number {
    return this.#of.durable().lsn - ((this.#acknowledged?.lsn ?? -1) + 1)
  }

  async next(most: ReadLimits): Promise<readonly ExportedEvent[]> {
    const events: ExportedEvent[] = []
    try {
      const check = (this.#check ??= await this.#start())
      let bytes = 0
      for (const line of this.#lines(check)) {
        bytes += line.end - line.offset
        if (events.length > 0 && bytes > most.bytes) break
        events.push(this.#take(line, check))
        if (events.length === most.events) break
        if (events.length % eventsPerTurn === 0) await nextTurn()
      }
    } catch (error) {
      // What is whole goes out first; the next call comes upon the same.
      if (events.length === 0) throw this.#readable(error)
    }
    return events
  }

  acknowledge(lsn: number): void {
    while (this.#handedOut[0] !== undefined && this.#handedOut[0].lsn <= lsn)
      this.#acknowledged = this.#handedOut.shift()
    this.#cursor.durable()
  }

  settle(): Promise<void> {
    return this.#of.settle()
  }

  close(): Promise<void> {
    return this.#cursor.close()
  }

  /** Finds what was acknowledged last, which has to stand where it stood. */
  async #start(): Promise<ChainCheck> {
    const path = cursorPath(this.#of.directory, this.#of.name)
    const text = await textOf(path)
    if (text === undefined) return new ChainCheck(0)
    const cursor = parseCursor(text)
    if (cursor === undefined) throw this.#corrupt(`${path} is no cursor`)
    const check = new ChainCheck(cursor.lsn)
    const end = this.#of.durable()
    const line = cursor.lsn < end.lsn && cursor.segment <= end.segment ? this.#lineAt(cursor) : undefined
    const taken = line?.text === undefined ? undefined : check.take(line.text)
    if (line === undefined || taken === undefined || 'damage' in taken || taken.hash !== cursor.hash)
      throw this.#corrupt(`lsn ${String(cursor.lsn)}, which was acknowledged, is not where it was`)
    this.#segment = cursor.segment
    this.#offset = line.end
    this.#acknowledged = cursor
    return check
  }

  #lineAt({ offset, segment }: Cursor): Line | undefined {
    const path = this.#path(segment)
    const file = this.#open(segment)
    try {
      const { bytes } = this.#of.fileSystem.status(path)
      const first = readLines(this.#of.fileSystem, file, bytes, Math.min(offset, bytes)).next()
      return first.done === true || !first.value.isWhole ? undefined : first.value
    } finally {
      this.#of.fileSystem.close(file)
    }
  }

  /** The lines of events from here on to the end of what is on disk. */
  *#lines(check: ChainCheck): Generator<Line, void> {
    for (;;) {
      const end = this.#of.durable()
      const isLast = this.#segment === end.segment
      const until = isLast ? end.bytes : this.#endOf(this.#segment)
      yield* this.#linesOf(until, check)
      if (this.#offset < until) throw this.#corrupt(`${segmentName(this.#segment)} ends too early`)
      if (isLast) return
      this.#segment++
      this.#offset = 0
    }
  }

  *#linesOf(until: number, check: ChainCheck): Generator<Line, void> {
    if (this.#offset >= until) return
    const file = this.#open(this.#segment)
    try {
      for (const line of readLines(this.#of.fileSystem, file, until, this.#offset)) {
        if (line.offset === 0) this.#takeHeader(line, check)
        else yield line
      }
    } finally {
      this.#of.fileSystem.close(file)
    }
  }

  #takeHeader(line: Line, check: ChainCheck): void {
    const header = headerOf(line)
    // The events behind it say whether it is the one of this segment.
    if (header === undefined) throw this.#corrupt(`${segmentName(this.#segment)} does not begin with a header`)
    check.expectRecorder(header.recorder)
    this.#offset = line.end
  }

  #take(line: Line, check: ChainCheck): ExportedEvent {
    const { end, isWhole, offset, text } = line
    const taken = text === undefined || !isWhole ? undefined : check.take(text)
    if (text === undefined || taken === undefined) throw this.#corrupt(`lsn ${String(check.lsn)} is not an event`)
    if ('damage' in taken) throw this.#corrupt(taken.damage.detail)
    const { event, hash } = taken
    this.#offset = end
    this.#handedOut.push({ lsn: event.lsn, hash, segment: this.#segment, offset })
    return exportedEvent(event, hash, text)
  }

  /** How much of a segment counts, as the next one says. */
  #endOf(segment: number): number {
    const next = this.#reading(segment + 1, () => headerIn(this.#of.fileSystem, this.#path(segment + 1)))
    if (next?.previous) return next.previous.bytes
    throw this.#corrupt(`${segmentName(segment + 1)} does not begin with its header`)
  }

  #open(segment: number): number {
    return this.#reading(segment, () => this.#of.fileSystem.open(this.#path(segment), 'read'))
  }

  /** A segment that is gone is damage, unless it is the one at hand, which is not there yet when its disk fails. */
  #reading<T>(segment: number, read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT' && segment < this.#of.durable().segment)
        throw this.#corrupt(`${segmentName(segment)} is missing`)
      throw error
    }
  }

  #path(segment: number): string {
    return join(this.#of.directory, segmentName(segment))
  }

  #readable(error: unknown): BothKeysError {
    if (error instanceof BothKeysError) return error
    const what = `the journal in ${this.#of.directory} cannot be read for ${this.#of.name}`
    return new BothKeysError('ERR_JOURNAL_UNAVAILABLE', what, { cause: error })
  }

  #corrupt(detail: string): BothKeysError {
    const { directory, name } = this.#of
    return new BothKeysError(
      'ERR_JOURNAL_CORRUPT',
      `the journal in ${directory} cannot be followed by ${name}: ${detail}`,
      {
        hint: `find out who changed it; without ${cursorPath(directory, name)} it is sent again from its first event`,
      },
    )
  }
}
