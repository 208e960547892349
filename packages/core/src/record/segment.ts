import { join } from 'node:path'
import { eventHash } from './event-hash.js'
import type { FileSystem } from './file-system.js'
import { systemErrorCode, writeAll } from './file-system.js'
import { LeafList } from './leaf-list.js'
import { unfinished } from './repair.js'
import type { SegmentHeader, SegmentSummary } from './segment-header.js'
import { headerText, segmentName } from './segment-header.js'

/** How much of a segment is known to be on disk. */
export interface DurableMark {
  readonly bytes: number
  readonly events: number
}

/** The segment that is being written. */
export class Segment {
  readonly number: number
  readonly firstLsn: number
  readonly file: number
  bytes = 0
  events = 0
  durable: DurableMark = { bytes: 0, events: 0 }
  readonly #fileSystem: FileSystem
  readonly #leaves = new LeafList()
  #buffer: Buffer = Buffer.allocUnsafe(64 * 1024)

  /**
   * Builds a segment beside the journal, with its header and some framed events, all of it synced. Only `publish` makes
   * it part of the journal, so that it is there as a whole or not at all.
   */
  static build(fileSystem: FileSystem, directory: string, header: SegmentHeader, framed: readonly string[]): Segment {
    const path = join(directory, segmentName(header.segment) + unfinished)
    removeIfThere(fileSystem, path)
    const file = fileSystem.open(path, 'create')
    try {
      const segment = new Segment(fileSystem, header, file)
      for (const event of framed) segment.append(event)
      fileSystem.syncNow(file)
      segment.durable = segment.mark
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
    this.#write(`\0${text}\n`)
  }

  publish(directory: string): void {
    const path = join(directory, segmentName(this.number))
    this.#fileSystem.rename(path + unfinished, path)
    this.#fileSystem.syncDirectory(directory)
  }

  get mark(): DurableMark {
    return { bytes: this.bytes, events: this.events }
  }

  /** Appends one framed event. When it throws, a part of the line may be behind `bytes`. */
  append(framed: string): void {
    this.#write(framed)
    this.events++
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
  summary(mark: DurableMark, abandoned: boolean): SegmentSummary {
    return { abandoned, bytes: mark.bytes, digest: this.#leaves.digest(mark.events + 1), events: mark.events }
  }

  #write(framed: string): void {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    if (framed.length * 3 > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(framed.length * 3)
    const length = this.#buffer.write(framed)
    // All but the first byte, which is there for the hash.
    writeAll(this.#fileSystem, this.file, this.#buffer, 1, length)
    this.bytes += length - 1
  }
}

function removeIfThere(fileSystem: FileSystem, path: string): void {
  try {
    fileSystem.remove(path)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
}
