import type { IndependenceDimension } from '../model/decision.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { Excuse } from './mitigated.js'
import type { Stamps } from './stamps.js'
import { keptMs, parseStamps, stampsValue, stampsWithin } from './stamps.js'
import type { TallyOutcome, TallyRule } from './tally.js'
import { judgeTally, recallTally } from './tally.js'
import type { DoneAction } from './work.js'
import type { QueuedAction, Unreviewed } from './work-queue.js'
import { judgeQueue, judgeWork, recallQueue, recallWork } from './work-queue.js'

/** One rule over the marks under a key. */
export interface MarkRule {
  readonly id: string
  /** How a refusal calls the marks: `duties`, `roles`, `datasets`. */
  readonly noun: string
  readonly marks: ReadonlySet<string>
  readonly max: number
  readonly windowMs: number
  readonly over: readonly IndependenceDimension[]
  /** Whoever makes the claim is excused from the rule for a while: what they do is noted, and refused to others. */
  readonly excuse?: Excuse | undefined
}

/**
 * What one action wants to leave under one ledger key: marks that rules look at, one more in a count, or itself among what
 * somebody has to review.
 */
export type Claim = MarkClaim | TallyClaim | WorkClaim | QueueClaim

/** So much more under a key whose number within a window is limited. 0: there has to be room, and nothing is counted. */
export interface TallyClaim {
  readonly key: string
  readonly amount: number
  readonly tally: TallyRule
  readonly work?: undefined
  readonly queue?: undefined
}

/** One more action in work that has to be reviewed. */
export interface WorkClaim {
  readonly key: string
  readonly tally?: undefined
  readonly work: DoneAction
  readonly queue?: undefined
}

/** Places among the work that has to be reviewed, which nobody gets while a review of theirs is missing. */
export interface QueueClaim {
  readonly key: string
  readonly tally?: undefined
  readonly work?: undefined
  readonly queue: readonly QueuedAction[]
}

/** Marks to leave under a key, and the rules that look at them. */
export interface MarkClaim {
  readonly key: string
  readonly tally?: undefined
  readonly work?: undefined
  readonly queue?: undefined
  readonly wants: readonly Wanted[]
  /** The longest window of any rule that ever looks at the key. */
  readonly keepMs: number
  /** How long from now on the marks go on being exercised. 0: they are exercised now. */
  readonly lastsMs: number
}

/** Marks that one rule counts. */
export interface Wanted {
  readonly rule: MarkRule
  readonly adds: readonly string[]
}

/** What a claim comes to. */
export type ClaimOutcome =
  | {
      readonly outcome: 'conflict'
      readonly rule: MarkRule
      readonly adds: readonly string[]
      readonly held: readonly string[]
    }
  | Extract<TallyOutcome, { readonly outcome: 'exceeded' }>
  | Unreviewed
  /** Everything is there already and counts for a whole window from now on. */
  | { readonly outcome: 'held'; readonly excused?: readonly ExcusedRule[] }
  | {
      readonly outcome: 'reserved'
      readonly value: SnapshotValue
      readonly expiresAtMs: number | undefined
      readonly excused?: readonly ExcusedRule[]
    }

/** A claim that is granted. */
type Granted = Extract<ClaimOutcome, { readonly outcome: 'held' | 'reserved' }>

/** A rule that would have refused a claim, and the mitigation that let it through. */
export interface ExcusedRule {
  readonly rule: string
  readonly mitigation: string
}

/** A stamp is made this much of a window later than now, so that repeating an action need not write each time. */
const graceShare = 64

/**
 * Judges a claim against what its key holds. Pure. A mark counts until its window is over, by the ledger's time; a time
 * that went backwards keeps it (RULES 20). Windows are up to 1/64 longer than the rule says, never shorter.
 * Throws ERR_LEDGER_UNAVAILABLE for a value that is no history.
 */
export function judgeClaim(claim: Claim, value: SnapshotValue | undefined, nowMs: number): ClaimOutcome {
  if (claim.tally !== undefined) return judgeTally(claim.tally, value, nowMs, claim.amount)
  if (claim.work !== undefined) return judgeWork(claim.work, value, nowMs)
  if (claim.queue !== undefined) return judgeQueue(claim.queue, value, nowMs)
  const stamps = parseStamps(value)
  const excused: ExcusedRule[] = []
  for (const { adds, rule } of claim.wants) {
    const held = [...rule.marks].filter((mark) => counts(stamps.get(mark), rule.windowMs, nowMs))
    if (new Set([...held, ...adds]).size <= rule.max) continue
    const { excuse } = rule
    if (excuse === undefined || nowMs > excuse.untilMs) return { outcome: 'conflict', rule, adds, held }
    excused.push({ rule: rule.id, mitigation: excuse.mitigation })
  }
  const granted = stamped(claim, stamps, nowMs)
  return excused.length === 0 ? granted : { ...granted, excused }
}

/** The history after a claim whatever it says: for what ran already. */
export function recallClaim(claim: Claim, value: SnapshotValue | undefined, atMs: number): ClaimOutcome {
  if (claim.tally !== undefined) return recallTally(claim.tally, value, atMs, claim.amount)
  if (claim.work !== undefined) return recallWork(claim.work, value, atMs)
  if (claim.queue !== undefined) return recallQueue(claim.queue, value, atMs)
  return stamped(claim, parseStamps(value), atMs)
}

/** The rules that look at a claim. */
export function rulesOf(claim: Claim): readonly string[] {
  if (claim.tally !== undefined) return [claim.tally.id]
  if (claim.work !== undefined) return [claim.work.chain]
  if (claim.queue !== undefined) return claim.queue.map(({ chain }) => chain)
  return claim.wants.map(({ rule }) => rule.id)
}

function counts(atMs: number | undefined, windowMs: number, nowMs: number): boolean {
  return atMs !== undefined && atMs + windowMs >= nowMs
}

/** Kept for as long as anybody who wrote there keeps it: another guard on the ledger may have another policy. */
function stamped(claim: MarkClaim, before: Stamps, nowMs: number): Granted {
  const untilMs = nowMs + claim.lastsMs
  const keepMs = Math.max(claim.keepMs, keptMs(before))
  const after = stampsWithin(before, keepMs, nowMs)
  const marks = new Set(claim.wants.flatMap(({ adds }) => adds))
  const freshMs = claim.keepMs === Infinity ? Infinity : 0
  const late = [...marks].filter((mark) => !counts(after.get(mark), freshMs, untilMs))
  if (late.length === 0 && keepMs === keptMs(before)) return { outcome: 'held' }
  for (const mark of late) after.set(mark, untilMs + graceOf(claim))
  const expiresAtMs = Math.max(...after.values()) + keepMs
  return {
    outcome: 'reserved',
    value: stampsValue(after, keepMs),
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : undefined,
  }
}

/** By the shortest window, so that no rule counts much longer than it says. A mark that counts for ever is written once. */
function graceOf(claim: MarkClaim): number {
  const shortest = Math.min(...claim.wants.map(({ rule }) => rule.windowMs))
  return Number.isFinite(shortest) ? Math.ceil(shortest / graceShare) : 0
}
