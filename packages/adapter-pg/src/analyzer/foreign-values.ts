import type { CatalogSnapshot, Routine, StoredUse } from '../catalog/snapshot.js'
import { type BuiltinRule, builtinRule } from './builtin-functions.js'
import { computes } from './routine-effects.js'

/** What a stored expression uses of a catalog. */
type Known = Pick<CatalogSnapshot, 'routines' | 'types' | 'checksValues'>

/** Whether a stored expression may tell values of tables that it does not name: it runs what is not known, or text. */
export function tellsForeignValues(catalog: Known, use: StoredUse): boolean {
  const runs = (id: number): boolean => {
    const routine = catalog.routines.get(id)
    return routine === undefined || givesForeignValues(catalog, routine)
  }
  return (
    use.functions.some(runs) ||
    use.types.some((type) => catalog.types.get(type)?.functions.some(runs) ?? false) ||
    use.values.some((type) => catalog.types.get(type)?.comparisons.some(runs) ?? false)
  )
}

/** Whether what a routine gives may be made of more than its arguments: of tables, files, or the statements of others. */
export function givesForeignValues(catalog: Known, routine: Routine): boolean {
  if (!routine.builtin) return !computes(routine)
  const rule = builtinRule(routine.name)
  if (rule === undefined) return routine.volatility === 'volatile'
  return rule.does === 'input' || rule.does === 'populate' ? catalog.checksValues : !harmless.has(rule.does)
}

const harmless: ReadonlySet<BuiltinRule['does']> = new Set([
  'nothing',
  'set',
  'show',
  'sequence',
  'notify',
  'lock',
  'define',
  'relation',
])
