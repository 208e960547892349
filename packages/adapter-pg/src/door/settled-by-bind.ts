import type { Analysis } from '../analyzer/analysis.js'

/**
 * Whether the server begins a text when its portal is bound, so that it does what it was decided for, however late it is
 * executed: a query that changes nothing (`ChoosePortalStrategy` and `PortalStart` of PostgreSQL's pquery.c). It begins
 * everything else at Execute, and finds only then what there is to find: triggers, checks and values of a row that is
 * changed, what a view shows to EXPLAIN and DECLARE, the names in COPY, TRUNCATE and definitions, and what EXECUTE and FETCH
 * run.
 */
export function isSettledByBind({ description, statementCount }: Analysis): boolean {
  const { effects, operation } = description
  return statementCount === 1 && operation === 'select' && !effects.some(({ duty }) => changing.has(duty))
}

/** Duties of what changes something itself, or may; a function that does is called by a query that has begun. */
const changing: ReadonlySet<string> = new Set(['define', 'delete', 'opaque', 'write'])
