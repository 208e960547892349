import type { CatalogRows } from './rows.js'
import type { FunctionsOfOperator } from './operators.js'
import type { Routine, Volatility } from './snapshot.js'
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
  functionsOfOperator: FunctionsOfOperator = () => [],
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
      returnsSet,
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
      returnsSet,
      argumentDefaults: given === null ? undefined : storedUse(given, functionsOfOperator),
      builtin: builtin && serverLanguages.has(language),
      extension: extension ?? undefined,
    }),
  )
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
