import type { Analysis } from '../analyzer/analysis.js'

/** Commands whose query the server has analysed and planned when their portal is bound. */
const planned: ReadonlySet<string> = new Set([
  'declare cursor',
  'delete',
  'explain',
  'insert',
  'merge',
  'select',
  'update',
])

/**
 * Whether the names in a text stand for what they stood for when its portal was bound, however late it is executed. Other
 * commands look theirs up when they run: COPY, TRUNCATE, definitions, and EXECUTE and FETCH, which run something by its name.
 */
export function isSettledByBind({ changesCatalog, description, statementCount, uses }: Analysis): boolean {
  return statementCount === 1 && planned.has(description.operation) && !changesCatalog && uses.length === 0
}
