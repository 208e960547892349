import { join } from 'node:path'
import { eventHash, frame } from './event-hash.js'
import type { FileSystem } from './file-system.js'
import { systemErrorCode, writeAll } from './file-system.js'
import { LeafList } from './leaf-list.js'
import { LineBuffer } from './line-buffer.js'
import { unfinished } from './repair.js'
import type { SegmentHeader, SegmentSummary } from './segment-header.js'
import { headerText, segmentName } from './segment-header.js'

/** How much of a segment is meant: its first bytes and events. */
export interface SegmentMark {
  readonly bytes: number
  readonly events: number
}

/** What a segment begins with. */
export interface FirstEvents {
  /** Whole lines that stood in the segment before. */
  readonly moved?: { readonly lines: Uint8Array; readonly events: number }
  /** Framed events behind them. */
  readonly framed: readonly string[]
}

/** The segment that is being written. */
export class Segment {
  readonly number: number
  readonly firstLsn: number
  readonly file: number
  readonly #fileSystem: FileSystem
  readonly #leaves = new LeafList()
  /** The lines behind `durable`. */
  readonly #unsynced = new LineBuffer()
  #bytes = 0
  #events = 0
  #durable: SegmentMark = { bytes: 0, events: 0 }

  /**
   * Builds a segment beside the journal, with its header and its first events, all of it synced. Only `publish` makes
   * it part of the journal, so that it is there as a whole or not at all.
   */
  static build(fileSystem: FileSystem, directory: string, header: SegmentHeader, first: FirstEvents): Segment {
    const path = join(directory, segmentName(header.segment) + unfinished)
    removeIfThere(fileSystem, path)
    const file = fileSystem.open(path, 'create')
    try {
      const segment = new Segment(fileSystem, header, file)
      if (first.moved !== undefined) segment.#move(first.moved.lines, first.moved.events)
      for (const framed of first.framed) segment.append(framed)
      fileSystem.syncNow(file)
      segment.#unsynced.clear()
      segment.#durable = segment.mark
      return segment
    } catch (error) {
      fileSystem.close(file)
      throw error
    }
  }

  private constructor(fileSystem: FileSystem, header: SegmentHeader, file: number) {
    this.#fileSystem = fileSystem
    this.number = header.segment
    this.firstLsn = header.lsn
    this.file = file
    const text = headerText(header)
    this.#leaves.set(0, eventHash(text))
    this.#write(frame(text))
  }

  /** Makes it part of the journal. Throws EEXIST rather than take the place of a segment that is there. */
  publish(directory: string): void {
    const path = join(directory, segmentName(this.number))
    this.#fileSystem.publish(path + unfinished, path)
    this.#fileSystem.syncDirectory(directory)
  }

  /** All of it. */
  get mark(): SegmentMark {
    return { bytes: this.#bytes, events: this.#events }
  }

  get bytes(): number {
    return this.#bytes
  }

  /** What is known to be on disk. */
  get durable(): SegmentMark {
    return this.#durable
  }

  /** The last event that is known to be on disk; undefined when it stands in the segment before. Its hash must be set. */
  get durableHead(): { readonly lsn: number; readonly hash: string } | undefined {
    const { events } = this.#durable
    return events === 0 ? undefined : { lsn: this.firstLsn + events - 1, hash: this.#leaves.get(events) }
  }

  /** What is not known to be on disk. The lines are valid until the next append. */
  get unsynced(): { readonly lines: Uint8Array; readonly events: number } {
    return { lines: this.#unsynced.lines, events: this.#events - this.#durable.events }
  }

  /** A sync that began at `mark` is done. */
  markDurable(mark: SegmentMark): void {
    this.#unsynced.drop(mark.bytes - this.#durable.bytes)
    this.#durable = mark
  }

  /** Appends one framed event. When it throws, a part of the line may be behind `bytes`. */
  append(framed: string): void {
    this.#write(framed)
    this.#events++
  }

  /** Keeps the hash of an event of this segment. */
  setHash(lsn: number, hash: string): void {
    this.#leaves.set(lsn - this.firstLsn + 1, hash)
  }

  /** Takes over the hashes of events that were moved here, from `lsn` on. */
  copyHashes(from: Segment, count: number): void {
    for (let lsn = this.firstLsn; lsn < this.firstLsn + count; lsn++) {
      this.setHash(lsn, from.#leaves.get(lsn - from.firstLsn + 1))
    }
  }

  /** What the next segment says of the part of this one up to `mark`. All hashes up to there must be set. */
  summary(mark: SegmentMark, abandoned: boolean): SegmentSummary {
    return { abandoned, bytes: mark.bytes, digest: this.#leaves.digest(mark.events + 1), events: mark.events }
  }

  #write(framed: string): void {
    const lines = this.#unsynced
    const length = lines.encode(framed)
    writeAll(this.#fileSystem, this.file, lines.bytes, lines.end, lines.end + length)
    lines.keep(length)
    this.#bytes += length
  }

  #move(lines: Uint8Array, events: number): void {
    writeAll(this.#fileSystem, this.file, lines, 0, lines.length)
    this.#bytes += lines.length
    this.#events += events
  }
}

function removeIfThere(fileSystem: FileSystem, path: string): void {
  try {
    fileSystem.remove(path)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
}
