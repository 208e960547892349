import type { Analysis } from '../analyzer/analysis.js'
import type { Line } from './line.js'
import { dropsEveryStatement } from './registry.js'
import type { Run } from './run.js'

/** Notes which names a run made or dropped, once it was answered. */
export function noteNames(connection: Line, run: Run): void {
  const { analysis } = run
  if (!run.executed || run.open || !run.endsNow()) return
  const { registry } = connection
  if (dropsEveryStatement(analysis.registry) || mayRunOtherTexts(analysis)) connection.forgetInternalStatements()
  if (analysis.registry.length === 0) return
  if (run.succeeded) drop(connection, registry.apply(analysis.registry, analysis))
  // A text of one statement that failed has changed nothing, except when it drops one name after the other.
  else if (analysis.statementCount > 1 || dropsEveryStatement(analysis.registry)) {
    drop(connection, registry.doubt(analysis.registry))
  }
}

function drop(connection: Line, runs: readonly Run[]): void {
  for (const run of runs) {
    run.close()
    connection.track(run)
  }
}

/** Whether functions or unknown parts may have run texts of their own, which could drop or replace any prepared statement. */
function mayRunOtherTexts(analysis: Analysis): boolean {
  return !analysis.settingFree && analysis.transaction === undefined
}
