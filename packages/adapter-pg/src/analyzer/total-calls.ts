import type { Routine } from '../catalog/snapshot.js'
import type { InferredType } from './overloads.js'
import { isTotalCast } from './total-casts.js'
import { totality } from './total-functions.js'
import { declaredType, type TypeCatalog, valueType } from './total-types.js'

export { isTotalCast } from './total-casts.js'
export { isTotalOperator } from './total-operators.js'

/** What the text writes for each argument where that is a constant; undefined for whatever else stands there. */
export type Literals = readonly (string | number | undefined)[]

/**
 * Whether a call of a routine raises no error, gives no rows, has no effect and takes no time or memory that a value decides,
 * whatever its arguments are. `types` are those of what is passed, by place: whoever names arguments or writes VARIADIC has
 * none. What is not known is not total.
 */
export function isTotalRoutine(
  catalog: TypeCatalog,
  routine: Routine,
  types: readonly InferredType[],
  _literals: Literals = [],
): boolean {
  if (!routine.builtin || routine.schema !== 'pg_catalog' || routine.returnsSet) return false
  const declared = routine.arguments.map((type) => declaredType(type) ?? '?')
  const sure = totality(`${routine.name}(${declared.join(',')})`)
  if (sure === undefined || types.length !== declared.length) return false
  return declared.every((name, index) => {
    if (!name.startsWith('any')) return isTotalCast(catalog, types[index], routine.arguments[index] ?? 0)
    return sure === 'carrying' || valueType(catalog, types[index]) !== undefined
  })
}
