import type { Claim, ClaimOutcome, ExcusedRule } from '../duties/claim.js'
import { judgeClaim } from '../duties/claim.js'
import { BothKeysError } from '../errors.js'
import { isPromise } from '../model/maybe-promise.js'
import type { Ledger } from './ledger.js'
import type { LedgerPlan } from './update.js'
import { updateLedger } from './update.js'
import { within } from './within.js'

/** Why a claim was not granted. */
export type ClaimConflict = Extract<ClaimOutcome, { readonly outcome: 'conflict' | 'exceeded' }>

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

/**
 * Reserves every claim or none, in one compare-and-set (RULES 15): of any number of callers at once whose claims
 * conflict, at most as many as the rules allow get through. Time is the ledger's, read once and first: a window is shorter than its rule says by as long as the commit takes
 * from there. Throws ERR_LEDGER_UNAVAILABLE, ERR_LIMIT_EXCEEDED or ERR_DEADLINE when the ledger
 * fails, hangs, is full or holds what cannot be read; nothing may run then.
 */
export async function reserve(ledger: Ledger, claims: readonly Claim[], options: ReserveOptions): Promise<Reserved> {
  const { deadlineMs, dryRun = false } = options
  const time = within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.nowMs())
  const nowMs = isPromise(time) ? await time : time
  if (!Number.isFinite(nowMs)) {
    throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger does not tell the time, so nothing ran')
  }
  const keys = claims.map(({ key }) => key)
  return updateLedger(ledger, deadlineMs, keys, (entries): LedgerPlan<Reserved> => {
    const write: LedgerPlan<undefined>['write'][number][] = []
    const excused: ExcusedRule[] = []
    for (const claim of claims) {
      const outcome = judgeClaim(claim, entries.get(claim.key)?.value, nowMs)
      if (outcome.outcome === 'conflict' || outcome.outcome === 'exceeded') {
        return { write: [], result: { conflict: outcome, excused: [] } }
      }
      excused.push(...(outcome.excused ?? []))
      if (outcome.outcome === 'held') continue
      const { expiresAtMs, value } = outcome
      write.push(expiresAtMs === undefined ? { key: claim.key, value } : { key: claim.key, value, expiresAtMs })
    }
    return { write: dryRun ? [] : write, result: { conflict: undefined, excused } }
  })
}
