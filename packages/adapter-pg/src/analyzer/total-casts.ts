import type { InferredType } from './overloads.js'
import { type TypeCatalog, valueType } from './total-types.js'

const casts: ReadonlySet<string> = new Set(
  `varchar>text text>varchar int2>int4 int2>int8 int4>int8 int4>text`.split(/\s+/),
)

/** Whether turning any value of one type into another raises nothing. */
export function isTotalCast(catalog: TypeCatalog, source: InferredType, target: number): boolean {
  const [from, to] = [valueType(catalog, source), valueType(catalog, target)]
  if (from === undefined || to === undefined) return false
  return from === to || from === 'unknown' || casts.has(`${from}>${to}`)
}
