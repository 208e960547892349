import type { CatalogRows } from './rows.js'
import type { Operator, Routine, Volatility } from './snapshot.js'
import { storedUse } from './stored-use.js'

const kinds: Readonly<Record<string, Routine['kind']>> = { f: 'function', p: 'procedure', a: 'aggregate', w: 'window' }
const volatilities: Readonly<Record<string, Volatility>> = { i: 'immutable', s: 'stable', v: 'volatile' }

/** Languages of functions that came with the server. Another one means that somebody replaced the function. */
const serverLanguages = new Set(['internal', 'c', 'sql'])

/** Routines of one part of the catalog. */
export function routinesOf(
  rows: CatalogRows,
  schemaName: (id: number) => string,
  builtin: boolean,
  functionOfOperator: (operator: number) => number = () => 0,
): Routine[] {
  return (rows.routines ?? []).map(
    ([
      id,
      schema,
      name,
      kind,
      volatility,
      language,
      definer,
      types,
      defaults,
      variadic,
      result,
      extension,
      given,
      outputs,
    ]) => ({
      id,
      schema: schemaName(schema),
      name,
      kind: kinds[kind] ?? 'function',
      volatility: volatilities[volatility] ?? 'volatile',
      language,
      securityDefiner: definer,
      arguments: types ?? [],
      defaults,
      variadic: variadic !== 0,
      result,
      outputs: outputs ?? [],
      argumentDefaults: given === null ? undefined : storedUse(given, functionOfOperator),
      builtin: builtin && serverLanguages.has(language),
      extension: extension ?? undefined,
    }),
  )
}

/** Operators of one part of the catalog, with their object ids. */
export function operatorsOf(
  rows: CatalogRows,
  schemaName: (id: number) => string,
): (Operator & { readonly id: number })[] {
  return (rows.operators ?? []).map(([id, schema, name, left, right, result, routine]) => ({
    id,
    schema: schemaName(schema),
    name,
    left,
    right,
    result,
    function: routine,
  }))
}

/** Names of operators by the function behind them. */
export function operatorNames(operators: readonly Operator[]): ReadonlyMap<number, ReadonlySet<string>> {
  const names = new Map<number, Set<string>>()
  for (const { function: routine, name } of operators) {
    const known = names.get(routine)
    if (known === undefined) names.set(routine, new Set([name]))
    else known.add(name)
  }
  return names
}

/** Groups by name; looked up with `get`, so that a name like `constructor` is only a name. */
export function byName<Named extends { readonly name: string }>(
  items: readonly Named[],
): ReadonlyMap<string, readonly Named[]> {
  const groups = new Map<string, Named[]>()
  for (const item of items) {
    const group = groups.get(item.name)
    if (group === undefined) groups.set(item.name, [item])
    else group.push(item)
  }
  return groups
}
