import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Run } from './run.js'

/** Records the outcomes of runs that are over. Answers a promise only when one of them has to be waited for. */
export function settleRuns(runs: Iterable<Run>, fate: 'answered' | 'undone'): MaybePromise<void> {
  const waits: Promise<void>[] = []
  for (const run of runs) {
    const recorded = run.settle(fate)
    if (recorded !== undefined) waits.push(Promise.resolve(recorded))
  }
  if (waits.length > 0) return Promise.all(waits).then(() => undefined)
}
