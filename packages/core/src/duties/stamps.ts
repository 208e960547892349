import { BothKeysError } from '../errors.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** What was done under one ledger key: for each mark (a duty, a role, a dataset), until when or since when it counts. */
export type Stamps = ReadonlyMap<string, number>

/** The most marks under one key: far more than a policy can make, so more is a store that lies. */
const mostMarks = 4_096

/**
 * Reads the stamps that a ledger holds. Throws ERR_LEDGER_UNAVAILABLE for anything else than stamps: what cannot be read
 * might be a conflict.
 */
export function parseStamps(value: SnapshotValue | undefined): Stamps {
  if (value === undefined) return none
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  if (entries.length > mostMarks) throw unreadable()
  const stamps = new Map<string, number>()
  for (const [mark, atMs] of entries) {
    if (typeof atMs !== 'number' || !Number.isFinite(atMs) || atMs < 0) throw unreadable()
    stamps.set(mark, atMs)
  }
  return stamps
}

/** The stamps as a ledger keeps them. */
export function stampsValue(stamps: Stamps): SnapshotValue {
  return Object.fromEntries(stamps)
}

const none: Stamps = new Map()

function unreadable(): BothKeysError {
  return new BothKeysError(
    'ERR_LEDGER_UNAVAILABLE',
    'the ledger holds something else than a duty history, so nothing ran',
    {
      hint: 'have the ledger of bothkeys looked at',
    },
  )
}
