import type { Claim, ClaimOutcome, ExcusedRule } from '../duties/claim.js'
import { judgeClaim } from '../duties/claim.js'
import { isPromise } from '../model/maybe-promise.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { Ledger, LedgerChange, LedgerEntry } from './ledger.js'
import { ledgerTime } from './ledger-time.js'
import type { LedgerPlan } from './update.js'
import { updateLedger } from './update.js'

/** Why a claim was not granted. */
export type ClaimConflict = Extract<ClaimOutcome, { readonly rule: unknown }>

/** What came of claims. */
export interface Reserved {
  /** The first claim that was not granted: nothing is reserved then. */
  readonly conflict: ClaimConflict | undefined
  /** The rules that would not have granted one, and the mitigations because of which they did. */
  readonly excused: readonly ExcusedRule[]
}

/** How a reservation is made. */
export interface ReserveOptions {
  readonly deadlineMs: number
  /** Looks and writes nothing. */
  readonly dryRun?: boolean
}

/** Something that is taken together with what is reserved, in the same compare-and-set. */
export interface Taking<Why> {
  readonly key: string
  /** What to write where this stands in the ledger at that time, or why nothing is taken. Called again for each attempt. */
  readonly judge: (
    value: SnapshotValue | undefined,
    nowMs: number,
  ) => { readonly write: Omit<LedgerChange, 'key' | 'expectedVersion'> } | { readonly untaken: Why }
}

/** What came of reserving and taking. Unless something is `taken`, nothing was reserved either. */
export type TakingOutcome<Why> =
  | { readonly taken: true; readonly excused: readonly ExcusedRule[] }
  | { readonly conflict: ClaimConflict }
  | { readonly untaken: Why }

/**
 * Reserves every claim or none, in one compare-and-set (RULES 15): of any number of callers at once whose claims
 * conflict, at most as many as the rules allow get through. Time is the ledger's, read once and first: a window is shorter than its rule says by as long as the commit takes
 * from there. Throws ERR_LEDGER_UNAVAILABLE, ERR_LIMIT_EXCEEDED or ERR_DEADLINE when the ledger
 * fails, hangs, is full or holds what cannot be read; nothing may run then.
 */
export async function reserve(ledger: Ledger, claims: readonly Claim[], options: ReserveOptions): Promise<Reserved> {
  const { deadlineMs, dryRun = false } = options
  const time = ledgerTime(ledger, deadlineMs)
  const nowMs = isPromise(time) ? await time : time
  const keys = claims.map(({ key }) => key)
  return updateLedger(ledger, deadlineMs, keys, (entries): LedgerPlan<Reserved> => {
    const judged = judgeAll(claims, entries, nowMs)
    if ('conflict' in judged) return { write: [], result: { conflict: judged.conflict, excused: [] } }
    return { write: dryRun ? [] : judged.write, result: { conflict: undefined, excused: judged.excused } }
  })
}

/**
 * Reserves as `reserve` does and takes something else, in one compare-and-set: both or neither. Time is the ledger's, read
 * once and first, for both. Throws as `reserve` does.
 */
export async function reserveTaking<Why>(
  ledger: Ledger,
  claims: readonly Claim[],
  taking: Taking<Why>,
  deadlineMs: number,
): Promise<TakingOutcome<Why>> {
  const time = ledgerTime(ledger, deadlineMs)
  const nowMs = isPromise(time) ? await time : time
  const { key } = taking
  const keys = [...claims.map((claim) => claim.key), key]
  return updateLedger(ledger, deadlineMs, keys, (entries): LedgerPlan<TakingOutcome<Why>> => {
    const judged = judgeAll(claims, entries, nowMs)
    if ('conflict' in judged) return { write: [], result: judged }
    const taken = taking.judge(entries.get(key)?.value, nowMs)
    if ('untaken' in taken) return { write: [], result: taken }
    return { write: [...judged.write, { ...taken.write, key }], result: { taken: true, excused: judged.excused } }
  })
}

/** What claims come to, by what the ledger holds. */
export type Judged =
  | { readonly conflict: ClaimConflict }
  | { readonly write: LedgerPlan<undefined>['write']; readonly excused: readonly ExcusedRule[] }

/** Claims that are reserved in the compare-and-set of something else: whoever makes it reads the keys and writes both or none. */
export interface ClaimsToJoin {
  readonly keys: readonly string[]
  readonly judge: (entries: ReadonlyMap<string, LedgerEntry>) => Judged
}

/** Makes claims ready to be reserved together with something else, by the ledger's time of now. Throws as `reserve` does. */
export async function claimsToJoin(
  ledger: Ledger,
  claims: readonly Claim[],
  deadlineMs: number,
): Promise<ClaimsToJoin> {
  const nowMs = await ledgerTime(ledger, deadlineMs)
  return { keys: claims.map(({ key }) => key), judge: (entries) => judgeAll(claims, entries, nowMs) }
}

function judgeAll(claims: readonly Claim[], entries: ReadonlyMap<string, LedgerEntry>, nowMs: number): Judged {
  const write: LedgerPlan<undefined>['write'][number][] = []
  const excused: ExcusedRule[] = []
  for (const claim of claims) {
    const outcome = judgeClaim(claim, entries.get(claim.key)?.value, nowMs)
    if ('rule' in outcome) return { conflict: outcome }
    if ('excused' in outcome) excused.push(...(outcome.excused ?? []))
    if (outcome.outcome === 'held') continue
    const { expiresAtMs, value } = outcome
    write.push(expiresAtMs === undefined ? { key: claim.key, value } : { key: claim.key, value, expiresAtMs })
  }
  return { write, excused }
}
