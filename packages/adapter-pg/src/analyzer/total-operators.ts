import type { InferredType } from './overloads.js'
import { type TypeCatalog, valueType } from './total-types.js'

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

/** Whether an operator of the server raises nothing, whatever values of these types it is given. 0: no left side. */
export function isTotalOperator(catalog: TypeCatalog, name: string, left: InferredType, right: InferredType): boolean {
  const [first, second] = [valueType(catalog, left), valueType(catalog, right)]
  return comparisons.has(name) && first === 'text' && (second === 'text' || second === 'unknown')
}
