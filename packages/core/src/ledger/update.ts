import { setTimeout as sleep } from 'node:timers/promises'
import { BothKeysError } from '../errors.js'
import type { Ledger, LedgerChange, LedgerEntry } from './ledger.js'
import { isPromise } from '../model/maybe-promise.js'
import { within } from './within.js'

const maxAttempts = 64
/** Contention is settled at once where the ledger is in memory; only then does waiting help. */
const attemptsWithoutPause = 4

/** What to write after the keys were read. Every written key must be one of those read. */
export interface LedgerPlan<T> {
  readonly write: readonly Omit<LedgerChange, 'expectedVersion'>[]
  readonly result: T
}

/**
 * Reads keys, plans from what they hold, and commits the plan if none of them changed meanwhile; else starts over.
 * The plan is applied once or not at all. Between reading and committing a ledger in memory, nothing else runs.
 * Throws ERR_LEDGER_UNAVAILABLE, ERR_DEADLINE, and whatever `plan` throws.
 */
export async function updateLedger<T>(
  ledger: Ledger,
  deadlineMs: number,
  keys: readonly string[],
  plan: (entries: ReadonlyMap<string, LedgerEntry>) => LedgerPlan<T>,
): Promise<T> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const entries = new Map<string, LedgerEntry>()
    for (const key of keys) {
      const entry = within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.get(key))
      entries.set(key, isPromise(entry) ? await entry : entry)
    }
    const { write, result } = plan(entries)
    if (write.length === 0) return result
    const changes = write.map((change) => ({ ...change, expectedVersion: entries.get(change.key)?.version ?? 0 }))
    const committed = within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.commit(changes))
    if (isPromise(committed) ? await committed : committed) return result
    if (attempt > attemptsWithoutPause) await sleep(attempt)
  }
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'too many writers changed the ledger at once, so nothing ran', {
    hint: 'send the action again',
  })
}
