import type { CatalogSnapshot } from '../catalog/snapshot.js'
import { computes, runStored } from './routine-effects.js'
import type { Walk } from './walk.js'

/**
 * Effects of comparing values of the server's own types where users made a default operator class for one that had none, as
 * superusers do for json. Such values come from everywhere (syntax, system columns and relations, rows and arrays of them),
 * and much compares: DISTINCT, GREATEST, functions of arrays, statistics. So in such a database every statement does.
 */
export function compareBuiltins(walk: Walk, statement: string): void {
  if (walk.catalog.comparedBuiltins.length === 0 || comparesNothing.has(statement)) return
  runStored(walk, functionsIn(walk.catalog), 'comparison')
}

/** Extensions that were reviewed have hundreds of them, which only compute. */
function functionsIn(catalog: CatalogSnapshot): readonly number[] {
  const known = functions.get(catalog)
  if (known !== undefined) return known
  const found = catalog.comparedBuiltins.filter((id) => {
    const routine = catalog.routines.get(id)
    return routine === undefined || !computes(routine)
  })
  functions.set(catalog, found)
  return found
}

const functions = new WeakMap<CatalogSnapshot, readonly number[]>()

const comparesNothing: ReadonlySet<string> = new Set(
  `ClosePortalStmt DeallocateStmt DiscardStmt ListenStmt NotifyStmt TransactionStmt UnlistenStmt VariableSetStmt
   VariableShowStmt`.split(/\s+/),
)
