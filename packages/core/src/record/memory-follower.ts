import { eventHash } from './event-hash.js'
import type { RecordedEvent } from './event.js'
import type { ExportedEvent, JournalFollower, ReadLimits } from './followed.js'

/** Reads a memory journal, whose lines are never other ones. */
export class MemoryFollower implements JournalFollower {
  readonly #lines: readonly string[]
  readonly #acknowledged: Map<string, number>
  readonly #name: string
  #next: number

  /** `acknowledged`: how many events each reader has. */
  constructor(lines: readonly string[], acknowledged: Map<string, number>, name: string) {
    this.#lines = lines
    this.#acknowledged = acknowledged
    this.#name = name
    this.#next = this.#count
  }

  get waiting(): number {
    return this.#lines.length - this.#count
  }

  get #count(): number {
    return this.#acknowledged.get(this.#name) ?? 0
  }

  next(most: ReadLimits): Promise<readonly ExportedEvent[]> {
    const events: ExportedEvent[] = []
    let bytes = 0
    while (events.length < most.events) {
      const text = this.#lines[this.#next]
      if (text === undefined) break
      bytes += Buffer.byteLength(text)
      if (bytes > most.bytes && events.length > 0) break
      events.push(exportedEvent(JSON.parse(text) as RecordedEvent, eventHash(text), text))
      this.#next++
    }
    return Promise.resolve(events)
  }

  acknowledge(lsn: number): void {
    this.#acknowledged.set(this.#name, lsn + 1)
  }

  settle(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** An event as readers get it. */
export function exportedEvent({ lsn, seq, session, type }: RecordedEvent, hash: string, text: string): ExportedEvent {
  return Object.freeze({ lsn, session, seq, type, hash, text })
}
