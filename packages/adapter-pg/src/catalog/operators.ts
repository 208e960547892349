import type { CatalogRows, UserRows } from './rows.js'
import type { Operator } from './snapshot.js'

/** The functions that an operator runs; none when it is not known. */
export type FunctionsOfOperator = (operator: number) => readonly number[]

export interface KnownOperator extends Operator {
  readonly id: number
  /** Its own function; 0 where it was only named so far. */
  readonly routine: number
  /** Its commutator and its negator. */
  readonly partners: readonly number[]
}

/** Operators of one part of the catalog, each with nothing but its own function. */
export function plainOperators(rows: CatalogRows, schemaName: (id: number) => string): readonly KnownOperator[] {
  return (rows.operators ?? []).map(([id, schema, name, left, right, result, routine, ...partners]) => ({
    id,
    schema: schemaName(schema),
    name,
    left,
    right,
    result,
    routine,
    functions: routine === 0 ? [] : [routine],
    partners,
  }))
}

/** Operators of users, and those of the server that run functions of users, each with everything that it may run. */
export function userOperators(
  rows: UserRows,
  schemaName: (id: number) => string,
  builtins: ReadonlyMap<number, KnownOperator>,
): readonly KnownOperator[] {
  const own = plainOperators(rows, schemaName)
  const families = familyFunctions(rows)
  if (own.length === 0 && families.size === 0) return own
  const known = new Map([...builtins, ...own.map((operator): [number, KnownOperator] => [operator.id, operator])])
  const operators = together([...own.map(({ id }) => id), ...families.keys()], known)
  return operators.map((operator) => {
    const run = together([operator.id], known)
    const functions = run.flatMap((each) => [...each.functions, ...(families.get(each.id) ?? [])])
    return { ...operator, functions: [...new Set(functions)] }
  })
}

/** Functions of users in the families that an operator belongs to. */
function familyFunctions(rows: UserRows): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, readonly number[]>()
  for (const [functions, operators] of rows.operatorFamilies ?? []) {
    for (const operator of operators ?? []) found.set(operator, [...(found.get(operator) ?? []), ...functions])
  }
  return found
}

/** Operators and what they may be turned into: also the negator of a commutator. */
function together(start: readonly number[], known: ReadonlyMap<number, KnownOperator>): readonly KnownOperator[] {
  const ids = new Set(start)
  const found: KnownOperator[] = []
  for (const id of ids) {
    const operator = known.get(id)
    if (operator === undefined) continue
    found.push(operator)
    for (const partner of operator.partners) ids.add(partner)
  }
  return found
}

/** Names of operators by the functions that are their own. */
export function operatorNames(operators: readonly KnownOperator[]): ReadonlyMap<number, ReadonlySet<string>> {
  const names = new Map<number, Set<string>>()
  for (const { name, routine } of operators) {
    const known = names.get(routine)
    if (known === undefined) names.set(routine, new Set([name]))
    else known.add(name)
  }
  return names
}
