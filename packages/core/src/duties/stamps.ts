import { BothKeysError } from '../errors.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** What was done under one ledger key: for each mark (a duty, a role, a dataset), until when or since when it counts. */
export type Stamps = ReadonlyMap<string, number>

/** Beside the marks, none of which is called nothing: for how long whoever wrote there keeps them. */
const kept = ''
/** More than any window, and a number that JSON has. */
const forEverMs = Number.MAX_SAFE_INTEGER

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

/** The stamps as a ledger keeps them, with how long they are kept: other guards may look back for less. */
export function stampsValue(stamps: Stamps, keepMs: number): SnapshotValue {
  return { ...Object.fromEntries(stamps), [kept]: Math.min(keepMs, forEverMs) }
}

/** For how long what is there has to be kept. */
export function keptMs(stamps: Stamps): number {
  const ms = stamps.get(kept) ?? 0
  return ms < forEverMs ? ms : Infinity
}

/** The stamps that count within a window. */
export function stampsWithin(stamps: Stamps, windowMs: number, nowMs: number): Map<string, number> {
  return new Map([...stamps].filter(([mark, atMs]) => mark !== kept && atMs + windowMs >= nowMs))
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
