import { firstUserId } from './first-user-id.js'
import type { FunctionsOfOperator } from './operators.js'
import type { CatalogRows, UserRows } from './rows.js'
import type { Relation, StoredUse, TypeInfo } from './snapshot.js'
import { storedUse } from './stored-use.js'

type TypeKind = TypeInfo['kind']
const kinds: Readonly<Record<string, TypeKind>> = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  p: 'pseudo',
  r: 'range',
  m: 'multirange',
}

/** Types of one part of the catalog. */
export function plainTypes(rows: CatalogRows, schemaName: (id: number) => string, builtin: boolean): TypeInfo[] {
  return (rows.types ?? []).map(([id, schema, name, kind, base, element, relation, array]) => ({
    id,
    schema: schemaName(schema),
    name,
    kind: kinds[kind] ?? 'base',
    base,
    element,
    relation,
    array,
    builtin,
    functions: [],
    comparisons: [],
    defaults: [],
  }))
}

/**
 * Types of users with every function that handling their values may run: checks of domains, canonical forms of ranges,
 * comparisons, and the same of what they are made of.
 */
export function userTypes(
  rows: UserRows,
  schemaName: (id: number) => string,
  functionsOfOperator: FunctionsOfOperator,
  relations: ReadonlyMap<number, Relation>,
): TypeInfo[] {
  const plain = plainTypes(rows, schemaName, false)
  const byId = new Map(plain.map((type) => [type.id, type]))
  const checks = new Map<number, number[]>()
  const comparisons = new Map<number, number[]>()
  const made = new Map<number, number[]>()
  for (const [, type, tokens] of rows.checks ?? []) {
    const use = storedUse(tokens, functionsOfOperator)
    add(checks, type, use.functions)
    // A check that makes a value of another type runs what that one runs.
    add(made, type, use.types)
  }
  for (const [type, canonical] of rows.ranges ?? []) add(checks, type, [canonical])
  // Operators of ranges make ranges: whoever handles one may run its canonical form.
  for (const [type, canonical, difference] of rows.ranges ?? []) add(comparisons, type, [canonical, difference])
  const defaults = new Map(
    (rows.typeDefaults ?? []).map(([type, tokens]) => [type, storedUse(tokens, functionsOfOperator)]),
  )
  for (const [type, routine] of rows.comparisons ?? []) add(comparisons, type, [routine])
  const coerced = new Map<number, number[]>()
  for (const [source, target, routine] of rows.casts ?? []) if (routine === 0) add(coerced, source, [target])
  // The catalog of PostgreSQL 13 cannot say which range a multirange is of: every one of them counts.
  const parts = (type: TypeInfo): readonly number[] => [
    ...(type.kind === 'multirange'
      ? (rows.ranges ?? []).map(([id]) => id)
      : (rows.ranges ?? []).filter(([id]) => id === type.id).map(([, , , subtype]) => subtype)),
    // Values that only count as another type are compared like that one.
    ...(coerced.get(type.id) ?? []),
    ...(made.get(type.id) ?? []),
  ]
  return plain.map((type) => ({
    ...type,
    functions: reachable(type.id, byId, checks, relations, parts),
    comparisons: reachable(type.id, byId, comparisons, relations, parts),
    defaults: domainDefaults(type, byId, defaults),
  }))
}

/** Functions of default operator classes that users made for types of the server. */
export function comparedBuiltins(rows: UserRows): readonly number[] {
  const own = (rows.comparisons ?? []).filter(([type]) => type < firstUserId)
  return [...new Set(own.map(([, routine]) => routine))]
}

/** A column without a default of its own takes that of its domain, or of the domain under that. */
function domainDefaults(
  type: TypeInfo,
  types: ReadonlyMap<number, TypeInfo>,
  defaults: ReadonlyMap<number, StoredUse>,
): readonly StoredUse[] {
  const found: StoredUse[] = []
  let current: TypeInfo | undefined = type
  for (let steps = 0; current !== undefined && steps < 32; steps += 1) {
    const use = defaults.get(current.id)
    if (use !== undefined) found.push(use)
    current = current.kind === 'domain' ? types.get(current.base) : undefined
  }
  return found
}

function add(to: Map<number, number[]>, type: number, functions: readonly number[]): void {
  const known = functions.filter((id) => id !== 0)
  if (known.length > 0) to.set(type, [...(to.get(type) ?? []), ...known])
}

function reachable(
  start: number,
  types: ReadonlyMap<number, TypeInfo>,
  own: ReadonlyMap<number, readonly number[]>,
  relations: ReadonlyMap<number, Relation>,
  parts: (type: TypeInfo) => readonly number[],
): readonly number[] {
  const functions = new Set<number>()
  const seen = new Set<number>()
  const waiting = [start]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    // Checks of tables belong to no type.
    if (id === 0 || seen.has(id)) continue
    seen.add(id)
    const type = types.get(id)
    // Arrays are made of its values anywhere, and may have a class of their own.
    const array = type?.array ?? 0
    for (const made of array === 0 ? [id] : [id, array])
      for (const routine of own.get(made) ?? []) functions.add(routine)
    if (type !== undefined) {
      waiting.push(type.base, type.element, ...parts(type))
      for (const column of relations.get(type.relation)?.columns.values() ?? []) waiting.push(column.type)
    }
  }
  return [...functions]
}
