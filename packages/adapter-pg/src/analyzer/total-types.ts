import type { CatalogSnapshot } from '../catalog/snapshot.js'
import { type InferredType, unknownType } from './overloads.js'

/** What of the catalog tells whether the server alone handles values of a type. */
export type TypeCatalog = Pick<CatalogSnapshot, 'types' | 'relations' | 'userCasts'>

/** Object ids of the server's own types of single values, which never change, by their names in the catalog. */
const scalars: ReadonlyMap<number, string> = new Map([
  [16, 'bool'],
  [17, 'bytea'],
  [18, 'char'],
  [19, 'name'],
  [20, 'int8'],
  [21, 'int2'],
  [23, 'int4'],
  [25, 'text'],
  [26, 'oid'],
  [114, 'json'],
  [142, 'xml'],
  [700, 'float4'],
  [701, 'float8'],
  [774, 'macaddr8'],
  [829, 'macaddr'],
  [869, 'inet'],
  [650, 'cidr'],
  [1042, 'bpchar'],
  [1043, 'varchar'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
  [1186, 'interval'],
  [1266, 'timetz'],
  [1560, 'bit'],
  [1562, 'varbit'],
  [1700, 'numeric'],
  [2950, 'uuid'],
  [3802, 'jsonb'],
])

/** Arrays of them. */
const arrays: ReadonlyMap<number, string> = new Map([
  [1000, 'bool[]'],
  [1001, 'bytea[]'],
  [1003, 'name[]'],
  [1016, 'int8[]'],
  [1005, 'int2[]'],
  [1007, 'int4[]'],
  [1009, 'text[]'],
  [1028, 'oid[]'],
  [1021, 'float4[]'],
  [1022, 'float8[]'],
  [1041, 'inet[]'],
  [651, 'cidr[]'],
  [1040, 'macaddr[]'],
  [1014, 'bpchar[]'],
  [1015, 'varchar[]'],
  [1182, 'date[]'],
  [1183, 'time[]'],
  [1115, 'timestamp[]'],
  [1185, 'timestamptz[]'],
  [1187, 'interval[]'],
  [1270, 'timetz[]'],
  [1231, 'numeric[]'],
  [2951, 'uuid[]'],
  [199, 'json[]'],
  [3807, 'jsonb[]'],
])

/** Pseudo-types, as the catalog has them for what a routine takes. */
const pseudo: ReadonlyMap<number, string> = new Map([
  [2249, 'record'],
  [2276, 'any'],
  [2277, 'anyarray'],
  [2283, 'anyelement'],
  [2776, 'anynonarray'],
  [3500, 'anyenum'],
  [5077, 'anycompatible'],
  [5078, 'anycompatiblearray'],
])

const names: ReadonlyMap<number, string> = new Map([...scalars, ...arrays, ...pseudo])

/** The name of a type that a routine of the server declares; undefined for one that no list has. */
export function declaredType(type: number): string | undefined {
  return names.get(type)
}

/**
 * What the lists call the type of a value: the name of one of the server's own, `[]` behind it for an array, `enum` and
 * `enum[]` for those of users, `row` for rows of these and `row of json` where one is JSON as text, `unknown` for a literal
 * that gets its type from elsewhere. A domain counts as what it is over. Undefined for any other, whose values functions of
 * users may handle.
 */
export function valueType(catalog: TypeCatalog, type: InferredType): string | undefined {
  if (type === undefined) return undefined
  if (type === unknownType) return 'unknown'
  const base = underDomains(catalog, type)
  const known = scalars.get(base) ?? arrays.get(base)
  if (known !== undefined) return known
  const info = catalog.types.get(base)
  if (info?.kind === 'enum') return 'enum'
  if (info?.kind === 'composite') return rowType(catalog, info.relation)
  const element = catalog.types.get(info?.element ?? 0)
  return element?.kind === 'enum' && element.array === base ? 'enum[]' : undefined
}

/** Rows of rows are left out: they end somewhere only where no type holds itself. */
function rowType(catalog: TypeCatalog, relation: number): string | undefined {
  const columns = catalog.relations.get(relation)?.columns
  if (columns === undefined) return undefined
  const types = [...columns.values()].map(({ type }) => {
    const isRow = catalog.types.get(underDomains(catalog, type))?.kind === 'composite'
    return isRow ? undefined : valueType(catalog, type)
  })
  if (types.includes(undefined)) return undefined
  return types.some((type) => type === 'json' || type === 'json[]') ? 'row of json' : 'row'
}

/** A domain over a type counts as that type, for values that are there already. */
export function underDomains(catalog: TypeCatalog, type: number): number {
  let current = type
  for (let steps = 0; steps < 32; steps += 1) {
    const info = catalog.types.get(current)
    if (info?.kind !== 'domain') return current
    current = info.base
  }
  return current
}
