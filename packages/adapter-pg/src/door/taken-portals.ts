import type { MaybePromise } from '@bothkeys/core/adapter'
import { hasFailed } from './failed-transaction.js'
import type { InternalStatement } from './internal-statement.js'
import { reservedPrefix } from './internal-statement.js'
import type { Line } from './line.js'

/** The view lists portals that a Bind made as well (`pg_cursor` in portalmem.c). */
const portalProbe: InternalStatement = {
  name: `${reservedPrefix}portal`,
  text: 'select 1 from pg_catalog.pg_cursors where name operator(pg_catalog.=) $1::pg_catalog.text',
}

/**
 * Whether a Bind under this name would be refused by the server. ROLLBACK TO drops the portals that were made since its
 * savepoint and keeps the others (`AtSubCleanup_Portals`), so the server is asked whether it still has one that was made. In
 * a failed transaction it answers nothing, and the name counts as taken. The unnamed one may always be replaced.
 */
export function isTaken(
  line: Pick<Line, 'internal' | 'registry' | 'runs' | 'transactionStatus'>,
  name: string,
): MaybePromise<boolean> {
  if (name === '' || !line.registry.portals.has(name)) return false
  if (hasFailed(line)) return true
  return line.internal(portalProbe, [name]).then((rows) => rows.length > 0)
}
