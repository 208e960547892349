import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ChainCheck } from './chain-check.js'
import type { Damage } from './damage.js'
import type { RecordedEvent } from './event.js'
import { eventHash } from './event-hash.js'
import type { FileSystem } from './file-system.js'
import { checkHeader, headerIn } from './header-check.js'
import { LeafList } from './leaf-list.js'
import { classify } from './line-damage.js'
import type { Line } from './line-reader.js'
import { readLines } from './line-reader.js'
import type { SegmentSummary } from './segment-header.js'
import { segmentName, segmentNumbers } from './segment-header.js'

/** Damage and where it was noticed: the file, and its line counted from 1 (the header). */
export interface FoundDamage extends Damage {
  readonly segment: string
  readonly line: number
}

/** What a crash left behind the last whole event. */
export interface TornTail {
  readonly segment: number
  readonly offset: number
  readonly bytes: number
}

/** The last byte to read: for a journal that is being written. */
export interface WalkEnd {
  readonly segment: number
  readonly bytes: number
}

/** How many events are read before other work gets its turn. */
const eventsPerTurn = 256

/** Reads a journal from its first event and verifies it on the way. It stops at the first damage. */
export class JournalWalk {
  readonly check: ChainCheck = new ChainCheck()
  damage: FoundDamage | undefined
  torn: TornTail | undefined
  /** The last segment that was read, and what the next one must say of it. */
  last: { readonly segment: number; readonly summary: SegmentSummary } | undefined
  /** Bytes of abandoned segments whose events stand in later segments. */
  supersededBytes = 0
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #end: WalkEnd | undefined

  constructor(fileSystem: FileSystem, directory: string, end?: WalkEnd) {
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#end = end
  }

  /** The events in order. Ends at the first damage or torn tail, which `damage` and `torn` then tell. */
  async *events(): AsyncGenerator<RecordedEvent, void> {
    const numbers = this.#segmentNumbers()
    for (const [index, number] of numbers.entries()) {
      if (number !== index + 1) {
        const detail = `${segmentName(index + 1)} is missing`
        this.#found(number, 1, { kind: 'gap', lsn: this.check.lsn, detail })
        return
      }
      yield* this.#segment(number, numbers[index + 1])
      if (this.damage !== undefined || this.torn !== undefined) return
    }
  }

  async *#segment(number: number, next: number | undefined): AsyncGenerator<RecordedEvent, void> {
    const file = this.#fileSystem.open(this.#path(number), 'read')
    try {
      const until = this.#until(number, next)
      const lines = readLines(this.#fileSystem, file, until)
      const leaves = new LeafList()
      const first = this.#takeHeader(number, lines)
      if (first?.text === undefined) return
      leaves.set(0, eventHash(first.text))
      let events = 0
      let bytes = first.end
      for (const line of lines) {
        const checked = line.text === undefined || !line.isWhole ? undefined : this.check.take(line.text)
        if (checked === undefined || 'damage' in checked) {
          const what = classify(line, checked?.damage, lines, this.check.lsn, next === undefined)
          if (what === 'torn') this.torn = { segment: number, offset: line.offset, bytes: until - line.offset }
          else this.#found(number, events + 2, what)
          break
        }
        leaves.set(++events, checked.hash)
        bytes = line.end
        yield checked.event
        if (events % eventsPerTurn === 0) await nextTurn()
      }
      const digest = leaves.digest(events + 1)
      this.last = { segment: number, summary: { abandoned: false, bytes, digest, events } }
    } finally {
      this.#fileSystem.close(file)
    }
  }

  #takeHeader(number: number, lines: Generator<Line, void>): Line | undefined {
    const line = nextOf(lines)
    const place = {
      segment: number,
      lsn: this.check.lsn,
      recorder: this.check.recorder,
      previous: this.last?.summary ?? null,
    }
    const header = checkHeader(line, place, lines)
    if ('kind' in header) {
      this.#found(number, 1, header)
      return undefined
    }
    this.check.expectRecorder(header.recorder)
    return line
  }

  /** How much of a segment counts: all of it, unless the next one says that it was given up. */
  #until(number: number, next: number | undefined): number {
    const { bytes } = this.#fileSystem.status(this.#path(number))
    if (this.#end?.segment === number) return Math.min(bytes, this.#end.bytes)
    const previous = next === number + 1 ? headerIn(this.#fileSystem, this.#path(next))?.previous : undefined
    if (previous?.abandoned !== true || previous.bytes >= bytes) return bytes
    this.supersededBytes += bytes - previous.bytes
    return previous.bytes
  }

  #segmentNumbers(): readonly number[] {
    const numbers = segmentNumbers(this.#fileSystem.list(this.#directory))
    return numbers.filter((number) => number <= (this.#end?.segment ?? number))
  }

  #found(segment: number, line: number, damage: Damage): void {
    this.damage = { ...damage, segment: segmentName(segment), line }
  }

  #path(number: number): string {
    return join(this.#directory, segmentName(number))
  }
}

function nextOf(lines: Generator<Line, void>): Line | undefined {
  const next = lines.next()
  return next.done === true ? undefined : next.value
}
