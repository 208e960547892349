import type { CatalogRows, UserRows } from './rows.js'
import type { Operator } from './snapshot.js'

/** The functions that an operator runs; none when it is not known. */
export type FunctionsOfOperator = (operator: number) => readonly number[]

export interface KnownOperator extends Operator {
  readonly id: number
}

/** Operators of one part of the catalog. */
export function operatorsOf(
  rows: CatalogRows & Partial<Pick<UserRows, 'operatorPartners'>>,
  schemaName: (id: number) => string,
  builtins?: ReadonlyMap<number, readonly number[]>,
): readonly KnownOperator[] {
  const own = new Map((rows.operators ?? []).map(([id, , , , , , routine]) => [id, routine]))
  const partners = new Map<number, number[]>()
  for (const [id, partner] of rows.operatorPartners ?? []) partners.set(id, [...(partners.get(id) ?? []), partner])
  const functionsOf = (id: number): readonly number[] => {
    const functions = new Set<number>()
    for (const member of family(id, partners)) {
      const routine = own.get(member)
      for (const found of routine === undefined ? (builtins?.get(member) ?? []) : [routine]) functions.add(found)
    }
    // Of an operator that was only named so far there is no function.
    functions.delete(0)
    return [...functions]
  }
  return (rows.operators ?? []).map(([id, schema, name, left, right, result]) => ({
    id,
    schema: schemaName(schema),
    name,
    left,
    right,
    result,
    functions: functionsOf(id),
  }))
}

/** An operator and what it may be turned into: the negator of its commutator, too. */
function family(start: number, partners: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const found = new Set([start])
  for (const id of found) for (const partner of partners.get(id) ?? []) found.add(partner)
  return found
}

/** Names of operators by the functions behind them. */
export function operatorNames(operators: readonly Operator[]): ReadonlyMap<number, ReadonlySet<string>> {
  const names = new Map<number, Set<string>>()
  for (const { functions, name } of operators) {
    for (const routine of functions) {
      const known = names.get(routine)
      if (known === undefined) names.set(routine, new Set([name]))
      else known.add(name)
    }
  }
  return names
}
