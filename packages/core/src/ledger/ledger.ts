import type { MaybePromise } from '../model/maybe-promise.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** A value with the version it was read at. A key that does not exist has version 0. */
export interface LedgerEntry {
  readonly value: SnapshotValue | undefined
  readonly version: number
}

/** One change of a commit: applied only when the key is still at `expectedVersion` (0: the key does not exist). */
export interface LedgerChange {
  readonly key: string
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
  get(key: string): MaybePromise<LedgerEntry>
  commit(changes: readonly LedgerChange[]): MaybePromise<boolean>
  nowMs(): MaybePromise<number>
  close(): Promise<void>
}
