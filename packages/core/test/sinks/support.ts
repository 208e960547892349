import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { systemClock } from '../../src/model/clock.js'
import { eventHash } from '../../src/record/event-hash.js'
import type { ExportedEvent } from '../../src/record/followed.js'
import type { FileJournalOptions } from '../../src/record/file-journal.js'
import { fileJournal } from '../../src/record/file-journal.js'
import type { Journal } from '../../src/record/journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { PumpTimes } from '../../src/sinks/pump.js'
import { SinkPump } from '../../src/sinks/pump.js'
import type { Delivery, Sink, SinkBatch, SinkContext } from '../../src/sinks/sink.js'
import type { SinkEvents } from '../../src/sinks/sink-events.js'
import { numbered } from '../record/journal-bench.js'

/** A directory of one test. */
export function ownDirectory(): { readonly path: string } {
  const own = { path: '' }
  beforeEach(() => {
    own.path = mkdtempSync(join(tmpdir(), 'bothkeys-sinks-'))
  })
  afterEach(() => {
    rmSync(own.path, { recursive: true, force: true })
  })
  return own
}

export const context = { recorder: 'bothkeys', clock: systemClock }
export const most = { events: 1000, bytes: 1024 * 1024 }

export function openFile(directory: string, options: FileJournalOptions = {}): Promise<Journal> {
  return fileJournal(directory, options).open(context)
}

export async function append(journal: Journal, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await journal.append(numbered(n), 'synced')
}

/** A memory journal with so many events, the first of which opens it. */
export async function journalOf(count: number): Promise<Journal> {
  const journal = await memoryJournal().open(context)
  await append(journal, 1, count)
  return journal
}

/** One event as readers get it. */
export function event(lsn: number, text = `{"lsn":${String(lsn)}}`): ExportedEvent {
  return { lsn, session: 's', seq: lsn, type: 'target.internal', hash: eventHash(text), text }
}

export function batchOf(...events: readonly ExportedEvent[]): SinkBatch {
  return { key: `${events[0]!.hash}-${events.at(-1)!.hash}`, events }
}

export const never: SinkContext = { signal: new AbortController().signal }

/** What observers of a pump were told. */
export interface Told {
  readonly behind: SinkEvents['sinkBehind'][]
  readonly recovered: SinkEvents['sinkRecovered'][]
  readonly stopped: SinkEvents['sinkStopped'][]
}

/** A sink that keeps what it took; `answer` decides on each batch. */
export class TestSink implements Sink {
  readonly name: string
  readonly batchEvents: number
  readonly deadlineMs: number
  readonly batches: SinkBatch[] = []
  readonly taken: ExportedEvent[] = []
  answer: (batch: SinkBatch, context: SinkContext) => Delivery | Promise<Delivery> = () => ({ outcome: 'taken' })
  closed = 0

  constructor(name = 'siem', batchEvents = 500, deadlineMs = 30_000) {
    this.name = name
    this.batchEvents = batchEvents
    this.deadlineMs = deadlineMs
  }

  get lsns(): readonly number[] {
    return this.taken.map(({ lsn }) => lsn)
  }

  async deliver(batch: SinkBatch, { signal }: SinkContext): Promise<Delivery> {
    this.batches.push(batch)
    const delivery = await this.answer(batch, { signal })
    if ((delivery as Delivery | undefined)?.outcome === 'taken') this.taken.push(...batch.events)
    return delivery
  }

  close(): Promise<void> {
    this.closed++
    return Promise.resolve()
  }
}

const quick: PumpTimes = { idleMs: 2, backOffMs: 1, mostBackOffMs: 4, graceMs: 50 }

/** A pump that does not wait for long, and what it told. */
export function pumpOf(
  sink: Sink,
  journal: Journal,
  times: Partial<PumpTimes> = {},
): { readonly pump: SinkPump; readonly told: Told } {
  const told: Told = { behind: [], recovered: [], stopped: [] }
  const ports = {
    clock: systemClock,
    random: () => 0.5,
    behind: (each: SinkEvents['sinkBehind']) => told.behind.push(each),
    recovered: (each: SinkEvents['sinkRecovered']) => told.recovered.push(each),
    stopped: (each: SinkEvents['sinkStopped']) => told.stopped.push(each),
  }
  const follower = journal.follow!(sink.name, (cause) => {
    throw cause
  })
  const pump = new SinkPump(sink, follower, ports, { ...quick, ...times })
  pump.start()
  return { pump, told }
}

export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_each, lsn) => lsn)
}
