import { BothKeysError } from '../errors.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** How often something may happen within a window, counted under one ledger key. */
export interface TallyRule {
  readonly id: string
  readonly noun: string
  readonly limit: number
  readonly windowMs: number
}

/** What counting more comes to. */
export type TallyOutcome =
  | { readonly outcome: 'exceeded'; readonly rule: TallyRule }
  /** Nothing is counted, and there is room for more. */
  | { readonly outcome: 'held' }
  | { readonly outcome: 'reserved'; readonly value: SnapshotValue; readonly expiresAtMs: number | undefined }

/** A window is counted in this many parts, so that a key holds a few numbers however high the limit is. */
const parts = 16

/**
 * Counts `amount` more under a key; 0 asks whether there is room for anything. Pure. In no stretch of time as long as the
 * window is there ever more than the limit; what was counted counts for up to a sixteenth of the window longer. Counts that
 * lie ahead, after time went backwards, stay (RULES 20). Throws ERR_LEDGER_UNAVAILABLE for a value that is no count.
 */
export function judgeTally(
  rule: TallyRule,
  value: SnapshotValue | undefined,
  nowMs: number,
  amount: number,
): TallyOutcome {
  const counted = stillCounted(rule, value, nowMs)
  const sum = [...counted.values()].reduce((total, count) => total + count, 0)
  if (sum + Math.max(amount, 1) > rule.limit) return { outcome: 'exceeded', rule }
  return more(rule, counted, nowMs, amount)
}

/** The count after `amount` more whatever the limit says: for what happened already. */
export function recallTally(
  rule: TallyRule,
  value: SnapshotValue | undefined,
  atMs: number,
  amount: number,
): TallyOutcome {
  return more(rule, stillCounted(rule, value, atMs), atMs, amount)
}

function more(rule: TallyRule, counted: ReadonlyMap<number, number>, nowMs: number, amount: number): TallyOutcome {
  if (amount === 0) return { outcome: 'held' }
  const endMs = partEnd(rule, nowMs + 1)
  const after = new Map(counted).set(endMs, (counted.get(endMs) ?? 0) + amount)
  return {
    outcome: 'reserved',
    value: Object.fromEntries([...after].map(([end, count]) => [String(end), count])),
    expiresAtMs: Math.max(...after.keys()) + rule.windowMs,
  }
}

/**
 * How much was counted up to when, as far as the rule in force still counts it. The ends of parts are moments: what a rule
 * with another window counted is read right, and is put into parts of this one, never earlier than it was.
 */
function stillCounted(rule: TallyRule, value: SnapshotValue | undefined, nowMs: number): ReadonlyMap<number, number> {
  const counted = new Map<number, number>()
  if (value === undefined) return counted
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  if (entries.length > 4 * parts) throw unreadable()
  for (const [name, count] of entries) {
    const endMs = Number(name)
    if (!Number.isSafeInteger(endMs) || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      throw unreadable()
    }
    if (endMs + rule.windowMs < nowMs) continue
    const end = partEnd(rule, endMs)
    counted.set(end, (counted.get(end) ?? 0) + count)
  }
  return counted
}

/** The first moment, not before this one, at which a part of the rule's window ends. */
function partEnd(rule: TallyRule, atMs: number): number {
  return Math.ceil(atMs / partMs(rule)) * partMs(rule)
}

function partMs({ windowMs }: TallyRule): number {
  return Math.max(1, Math.ceil(windowMs / parts))
}

function unreadable(): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger holds something else than a count, so nothing ran', {
    hint: 'have the ledger of bothkeys looked at',
  })
}
