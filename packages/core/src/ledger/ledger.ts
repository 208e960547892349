import type { MaybePromise } from '../model/maybe-promise.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** A value with the version it was read at. A key that does not exist has version 0. */
export interface LedgerEntry {
  /** Undefined: the key does not exist, or has expired. */
  readonly value: SnapshotValue | undefined
  /** Another one after each change of the key, and never one that it had before. */
  readonly version: number
}

/** One change of a commit: applied only when the key is still at `expectedVersion` (0: the key does not exist). */
export interface LedgerChange {
  /** Any text. Keys of the library begin with words of its own. */
  readonly key: string
  /** The version that the change is made for. */
  readonly expectedVersion: number
  /** Undefined deletes the key. */
  readonly value: SnapshotValue | undefined
  /** Unix milliseconds in the ledger's own time after which the key counts as absent. Undefined: never. */
  readonly expiresAtMs?: number
}

/**
 * The small live state that needs compare-and-set: pending approvals, spent permits, revocations, counters.
 * `commit` applies all changes or none, atomically against every other commit, and answers whether it did.
 * Every call throws (or rejects with) ERR_LEDGER_UNAVAILABLE when the store cannot be reached; callers then refuse. Where
 * `commit` cannot tell whether it applied the changes it throws ERR_LEDGER_UNKNOWN: then they may be applied, also later.
 * Time is the ledger's and never goes backwards (RULES 20).
 */
export interface Ledger {
  /** What a key holds now. */
  get(key: string): MaybePromise<LedgerEntry>
  /** Applies all changes, or none when a key is at another version. Answers which. */
  commit(changes: readonly LedgerChange[]): MaybePromise<boolean>
  /** Unix milliseconds that never go backwards. */
  nowMs(): MaybePromise<number>
  /** Lets go of what it holds. */
  close(): Promise<void>
}
