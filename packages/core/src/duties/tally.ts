import { BothKeysError } from '../errors.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** How often something may happen within a window, counted under one ledger key. */
export interface TallyRule {
  readonly id: string
  readonly noun: string
  readonly limit: number
  readonly windowMs: number
}

/** What counting once more comes to. */
export type TallyOutcome =
  | { readonly outcome: 'exceeded'; readonly rule: TallyRule }
  | { readonly outcome: 'reserved'; readonly value: SnapshotValue; readonly expiresAtMs: number | undefined }

/** A window is counted in this many parts, so that a key holds a few numbers however high the limit is. */
const parts = 16

/**
 * Counts one more under a key. Pure. In no stretch of time as long as the window are there ever more than the limit; what
 * was counted counts for up to a sixteenth of the window longer. Counts that lie ahead, after time went backwards, stay
 * (RULES 20). Throws ERR_LEDGER_UNAVAILABLE for a value that is no count.
 */
export function judgeTally(rule: TallyRule, value: SnapshotValue | undefined, nowMs: number): TallyOutcome {
  const counted = stillCounted(rule, value, nowMs)
  const sum = [...counted.values()].reduce((total, count) => total + count, 0)
  if (sum + 1 > rule.limit) return { outcome: 'exceeded', rule }
  return oneMore(rule, counted, nowMs)
}

/** The count after one more whatever the limit says: for what ran already. */
export function recallTally(rule: TallyRule, value: SnapshotValue | undefined, atMs: number): TallyOutcome {
  return oneMore(rule, stillCounted(rule, value, atMs), atMs)
}

function oneMore(rule: TallyRule, counted: ReadonlyMap<number, number>, nowMs: number): TallyOutcome {
  const part = Math.floor(nowMs / partMs(rule))
  const after = new Map(counted).set(part, (counted.get(part) ?? 0) + 1)
  return {
    outcome: 'reserved',
    value: Object.fromEntries(after),
    expiresAtMs: endOf(rule, Math.max(...after.keys())),
  }
}

function stillCounted(rule: TallyRule, value: SnapshotValue | undefined, nowMs: number): ReadonlyMap<number, number> {
  const counted = new Map<number, number>()
  if (value === undefined) return counted
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  if (entries.length > 4 * parts) throw unreadable()
  for (const [name, count] of entries) {
    const part = Number(name)
    if (!Number.isSafeInteger(part) || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      throw unreadable()
    }
    if (endOf(rule, part) >= nowMs) counted.set(part, count)
  }
  return counted
}

function endOf(rule: TallyRule, part: number): number {
  return (part + 1) * partMs(rule) + rule.windowMs
}

function partMs({ windowMs }: TallyRule): number {
  return Math.max(1, Math.ceil(windowMs / parts))
}

function unreadable(): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger holds something else than a count, so nothing ran', {
    hint: 'have the ledger of bothkeys looked at',
  })
}
