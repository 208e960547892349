import { setTimeout as sleep } from 'node:timers/promises'
import { BothKeysError } from '../errors.js'
import type { Ledger, LedgerChange, LedgerEntry } from './ledger.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import { isPromise, letGo } from '../model/maybe-promise.js'
import { SharedDeadline } from './within.js'

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
 * The plan is applied once or not at all. Between reading and committing a ledger in memory, nothing else runs. The deadline
 * is one for all of it: the keys are read at once, and nothing is begun after it. Throws ERR_LEDGER_UNAVAILABLE,
 * ERR_DEADLINE, whatever `plan` throws, and ERR_LEDGER_UNKNOWN where the plan may be applied all the same.
 */
export async function updateLedger<T>(
  ledger: Ledger,
  deadlineMs: number,
  keys: readonly string[],
  plan: (entries: ReadonlyMap<string, LedgerEntry>) => LedgerPlan<T>,
): Promise<T> {
  const deadline = new SharedDeadline(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE')
  try {
    return await settled(ledger, deadline, keys, plan)
  } finally {
    deadline.end()
  }
}

async function settled<T>(
  ledger: Ledger,
  deadline: SharedDeadline,
  keys: readonly string[],
  plan: (entries: ReadonlyMap<string, LedgerEntry>) => LedgerPlan<T>,
): Promise<T> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const reading = readAll(ledger, deadline, keys)
    const entries = isPromise(reading) ? await reading : reading
    const { write, result } = plan(entries)
    if (write.length === 0) return result
    const changes = write.map((change) => ({ ...change, expectedVersion: entries.get(change.key)?.version ?? 0 }))
    const committed = deadline.within(() => ledger.commit(changes))
    const isCommitted: unknown = isPromise(committed) ? await committed.catch(lost) : committed
    if (isCommitted === true) return result
    if (isCommitted !== false) throw noAnswer()
    if (attempt > attemptsWithoutPause) await deadline.within(() => sleep(attempt))
  }
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'too many writers changed the ledger at once, so nothing ran', {
    hint: 'send the action again',
  })
}

/** Whatever else it is, it is no commit. */
function noAnswer(): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger does not say whether it committed, so nothing ran', {
    hint: 'have commit answer true or false: see ledgerContract of @bothkeys/core/testing',
  })
}

/** Nobody waits for the answer any more, and the changes may still be applied. */
function lost(error: unknown): never {
  if (!(error instanceof BothKeysError) || error.code !== 'ERR_DEADLINE') throw error
  throw new BothKeysError(
    'ERR_LEDGER_UNKNOWN',
    'the ledger did not say in time whether it was changed, so nothing ran',
    {
      hint: 'look at what the ledger holds before doing it again',
      cause: error,
    },
  )
}

function readAll(
  ledger: Ledger,
  deadline: SharedDeadline,
  keys: readonly string[],
): MaybePromise<ReadonlyMap<string, LedgerEntry>> {
  const entries = new Map<string, LedgerEntry>()
  const waiting: Promise<unknown>[] = []
  for (const key of keys) {
    const entry = deadline.within(() => ledger.get(key))
    if (!isPromise(entry)) {
      entries.set(key, entry)
      continue
    }
    const read = entry.then((found) => entries.set(key, found))
    // Where a later one fails at once, nobody waits for this one.
    letGo(read)
    waiting.push(read)
  }
  return waiting.length === 0 ? entries : Promise.all(waiting).then(() => entries)
}
