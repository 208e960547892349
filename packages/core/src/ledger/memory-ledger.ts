import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import type { SnapshotValue } from '../model/snapshot.js'
import { ForwardTime } from '../model/forward-time.js'
import { ExpiryQueue } from './expiry-queue.js'
import { ledgerRoom } from './room.js'
import type { Ledger, LedgerChange, LedgerEntry } from './ledger.js'

/** What a memory ledger is built from. */
export interface MemoryLedgerOptions {
  /** Its time. */
  readonly clock: Clock
  /**
   * The most entries that have not expired. A commit beyond it throws ERR_LIMIT_EXCEEDED. The last eighth, 10,000 at most, is
   * not for what rules count, so that approvals and revocations find room whatever was counted. Default: 100,000.
   */
  readonly maxEntries?: number
  /** A time that the ledger's time does not fall behind, such as that of the journal's last event (RULES 20). */
  readonly notBeforeMs?: number
}

interface StoredEntry {
  readonly value: SnapshotValue
  readonly version: number
  readonly expiresAtMs: number | undefined
}

const absent: LedgerEntry = Object.freeze({ value: undefined, version: 0 })

/**
 * A ledger in this process's memory. Every call returns at once, so nothing else runs between reading and deciding.
 * Bounded: it never drops an entry that has not expired, it refuses new ones instead. A deleted key never gets an old
 * version again. Throws ERR_CONFIG_INVALID for a cap that is not a positive whole number.
 */
export function memoryLedger(options: MemoryLedgerOptions): Ledger {
  const maxEntries = options.maxEntries ?? 100_000
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'maxEntries must be a positive whole number')
  }
  return new MemoryLedger(new ForwardTime(options.clock, options.notBeforeMs ?? 0), maxEntries)
}

class MemoryLedger implements Ledger {
  readonly #time: ForwardTime
  readonly #maxEntries: number
  readonly #entries = new Map<string, StoredEntry>()
  readonly #expiries = new ExpiryQueue()
  #lastVersion = 0
  #closed = false

  constructor(time: ForwardTime, maxEntries: number) {
    this.#time = time
    this.#maxEntries = maxEntries
  }

  get(key: string): LedgerEntry {
    this.#assertOpen()
    const entry = this.#live(key, this.#time.nowMs())
    return entry === undefined ? absent : { value: entry.value, version: entry.version }
  }

  commit(changes: readonly LedgerChange[]): boolean {
    this.#assertOpen()
    const nowMs = this.#time.nowMs()
    const own = changes.map((change) => ({
      ...change,
      value: change.value === undefined ? undefined : frozen(change.value),
    }))
    assertCommit(own)
    if (own.some((change) => change.expectedVersion !== (this.#live(change.key, nowMs)?.version ?? 0))) return false
    this.#dropExpired(nowMs)
    this.#assertRoom(own)
    for (const change of own) this.#apply(change)
    return true
  }

  nowMs(): number {
    this.#assertOpen()
    return this.#time.nowMs()
  }

  close(): Promise<void> {
    this.#closed = true
    this.#entries.clear()
    return Promise.resolve()
  }

  #live(key: string, nowMs: number): StoredEntry | undefined {
    const entry = this.#entries.get(key)
    return entry === undefined || isExpired(entry.expiresAtMs, nowMs) ? undefined : entry
  }

  #apply({ key, value, expiresAtMs }: LedgerChange): void {
    if (value === undefined) {
      this.#entries.delete(key)
      return
    }
    const version = ++this.#lastVersion
    this.#entries.set(key, { value, version, expiresAtMs })
    if (expiresAtMs === undefined) return
    this.#expiries.add({ key, version, expiresAtMs })
    if (this.#expiries.size > 2 * this.#entries.size + 64) {
      this.#expiries.retain((expiry) => this.#entries.get(expiry.key)?.version === expiry.version)
    }
  }

  #dropExpired(nowMs: number): void {
    for (;;) {
      const soonest = this.#expiries.soonest
      if (soonest === undefined || !isExpired(soonest.expiresAtMs, nowMs)) return
      this.#expiries.removeSoonest()
      if (this.#entries.get(soonest.key)?.version === soonest.version) this.#entries.delete(soonest.key)
    }
  }

  #assertRoom(changes: readonly LedgerChange[]): void {
    const added = changes.filter(({ key, value }) => value !== undefined && !this.#entries.has(key))
    const growth =
      added.length - changes.filter(({ key, value }) => value === undefined && this.#entries.has(key)).length
    const room = ledgerRoom(
      this.#maxEntries,
      added.map(({ key }) => key),
    )
    if (growth <= 0 || this.#entries.size + growth <= room) return
    throw new BothKeysError('ERR_LIMIT_EXCEEDED', `the ledger holds its ${String(room)} entries, so nothing ran`, {
      hint: 'wait until entries expire, or raise memoryLedger({ maxEntries })',
    })
  }

  #assertOpen(): void {
    if (this.#closed) throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger is closed, so nothing ran')
  }
}

/** The entry counts as absent after its last millisecond. */
function isExpired(expiresAtMs: number | undefined, nowMs: number): boolean {
  return expiresAtMs !== undefined && nowMs > expiresAtMs
}

function assertCommit(changes: readonly LedgerChange[]): void {
  if (new Set(changes.map((change) => change.key)).size !== changes.length) {
    throw new BothKeysError('ERR_INTERNAL', 'a commit names a ledger key twice, so nothing ran')
  }
  if (changes.some(({ expiresAtMs }) => expiresAtMs !== undefined && !Number.isFinite(expiresAtMs))) {
    throw new BothKeysError('ERR_INTERNAL', 'a ledger key must expire at a finite time, so nothing ran')
  }
}

/** A copy that nobody can change. Snapshots are plain and not deep, so this ends. */
function frozen(value: SnapshotValue): SnapshotValue {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return Object.freeze(value.map(frozen))
  const copy = { ...value }
  // The copy's own members: reading a getter again could answer something else.
  for (const [key, member] of Object.entries(copy)) {
    if (typeof member !== 'object' || member === null) continue
    // Defined, not assigned: a member may have any name, also one with a setter.
    Object.defineProperty(copy, key, { value: frozen(member), enumerable: true })
  }
  return Object.freeze(copy)
}

function isList(value: object): value is readonly SnapshotValue[] {
  return Array.isArray(value)
}
