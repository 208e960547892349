import { builtinRule } from '../analyzer/builtin-functions.js'
import { computes } from '../analyzer/routine-effects.js'
import { firstUserId } from '../catalog/first-user-id.js'
import type { CatalogSnapshot, StoredUse } from '../catalog/snapshot.js'

/**
 * Whether a routine may run while the server plans: it came with the server, or is a C function of an extension that was
 * reviewed, and it computes from its arguments. What draws from a sequence is volatile, which no planner runs.
 */
export function isTrustedRoutine(catalog: CatalogSnapshot, id: number): boolean {
  const routine = catalog.routines.get(id)
  if (routine === undefined) return false
  if (!routine.builtin) return computes(routine)
  if (id >= firstUserId) return false
  switch (builtinRule(routine.name)?.does) {
    case undefined:
      return routine.volatility !== 'volatile'
    case 'nothing':
      return true
    case 'sequence':
      return routine.volatility === 'volatile'
    default:
      return false
  }
}

/** Whether nothing but trusted routines runs when values of a type are made, compared, or there by default. */
export function isTrustedType(catalog: CatalogSnapshot, id: number): boolean {
  const type = catalog.types.get(id)
  if (type === undefined) return id < firstUserId
  const functions = [...type.functions, ...type.comparisons, ...type.defaults.flatMap((use) => use.functions)]
  return functions.every((each) => isTrustedRoutine(catalog, each))
}

/** Whether a stored expression looks at settings: those of the session are not those of the connection that plans. */
export function looksAtSettings(catalog: CatalogSnapshot, { functions }: StoredUse): boolean {
  return functions.some((id) => {
    const routine = catalog.routines.get(id)
    return routine?.builtin === true && builtinRule(routine.name)?.does === 'show'
  })
}
