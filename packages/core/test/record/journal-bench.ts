import { BothKeysError } from '../../src/errors.js'
import type { Clock } from '../../src/model/clock.js'
import type { EventDraft, RecordedEvent } from '../../src/record/event.js'
import { fileJournal } from '../../src/record/file-journal.js'
import type { FileJournalOptions } from '../../src/record/file-journal.js'
import type { Journal } from '../../src/record/journal.js'
import type { OwnerIdentity } from '../../src/record/lock-owner.js'
import type { CrashFileSystem } from '../../src/testing/crash-file-system.js'

export const recorder = 'bothkeys'

/** A clock that tests set. */
export function handClock(startMs: number = Date.UTC(2026, 0, 1)): Clock & { wall: number; mono: number } {
  return {
    wall: startMs,
    mono: 0,
    wallMs() {
      return this.wall
    },
    monotonicMs() {
      return this.mono
    },
  }
}

let processes = 0

/** A process of which every other one is dead. */
export function newProcess(): OwnerIdentity {
  const self = { pid: 4242, started: String(++processes), boot: 'boot', namespace: 'pid:[1]' }
  return { self, judge: (owner) => (owner.started === self.started ? 'alive' : 'dead') }
}

export const directory = '/journal'

/** Opens the journal of a crash file system as a new process. */
export function openOn(fileSystem: CrashFileSystem, options: FileJournalOptions = {}): Promise<Journal> {
  return fileJournal(directory, {
    segmentBytes: 1500,
    fileSystem: fileSystem.mount(),
    identity: newProcess(),
    leaseMs: 20,
    reserveBytes: 4096,
    ...options,
  }).open({
    recorder,
    clock: handClock(),
  })
}

export function numbered(n: number, session = `s${String(n % 3)}`): EventDraft {
  return { type: 'target.internal', session, body: { n, pad: 'x'.repeat(n % 40) } }
}

export async function eventsOf(journal: Journal): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of journal.read()) events.push(event)
  return events
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof BothKeysError ? error.code : undefined
}

/** A small generator with a seed (mulberry32), so that a failing run can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
