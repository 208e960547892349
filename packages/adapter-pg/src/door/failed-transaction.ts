import type { Line } from './line.js'

/**
 * Whether the server runs nothing but the end of the open transaction, because that has failed. The status of the last
 * ReadyForQuery says so until a ROLLBACK TO of the same batch was sent.
 */
export function hasFailed({ runs, transactionStatus }: Pick<Line, 'runs' | 'transactionStatus'>): boolean {
  if (transactionStatus !== 'E') return false
  for (const run of runs) if (run.isUnderWay && run.analysis.transaction !== undefined) return false
  return true
}
