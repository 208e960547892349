import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import type { Run } from './run.js'

/** Records the outcomes of runs that are over. Answers a promise only when one of them has to be waited for. */
export function settleRuns(runs: Iterable<Run>, fate: Fate): MaybePromise<void> {
  return settleEach(runs, () => fate)
}

/**
 * Records the outcomes of a batch outside a transaction block that failed. What was complete before was undone, unless a
 * COMMIT in the batch kept it; of commands that may commit by themselves it is not known.
 */
export function settleUndone(runs: readonly Run[]): MaybePromise<void> {
  // Nothing can be complete behind a COMMIT: it drops the portals, and no Bind is decided behind it.
  const kept = runs.some((run) => run.succeeded && keepers.has(run.analysis.transaction?.verb))
  return settleEach(runs, (run) => {
    if (kept) return 'answered'
    return !run.executed || isUndoable(run.analysis) ? 'undone' : 'lost'
  })
}

const keepers: ReadonlySet<string | undefined> = new Set(['commit', 'prepare'])

/** Whether a command never commits by itself, as VACUUM, CREATE INDEX CONCURRENTLY and CALL may. */
function isUndoable({ description, transaction }: Analysis): boolean {
  if (transaction !== undefined) return !transaction.verb.endsWith('-prepared')
  return undoable.has(description.operation)
}

const undoable: ReadonlySet<string> = new Set([
  'copy',
  'create',
  'create function',
  'create schema',
  'create table as',
  'delete',
  'execute',
  'grant',
  'insert',
  'merge',
  'select',
  'truncate',
  'update',
  'variable set',
  'view',
])

type Fate = Parameters<Run['settle']>[0]

function settleEach(runs: Iterable<Run>, fateOf: (run: Run) => Fate): MaybePromise<void> {
  const waits: Promise<void>[] = []
  for (const run of runs) {
    const recorded = run.settle(fateOf(run))
    if (recorded !== undefined) waits.push(Promise.resolve(recorded))
  }
  if (waits.length > 0) return Promise.all(waits).then(() => undefined)
}
