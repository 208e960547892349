import type { Draft } from './draft-relation.js'
import { groupBy } from './group-by.js'
import type { FunctionsOfOperator } from './operators.js'
import type { UserRows } from './rows.js'
import type { StoredUse } from './snapshot.js'
import { storedUse } from './stored-use.js'
import { storedUseTokens } from './stored-use-sql.js'

/** From which columns others are generated. */
export function addGeneratedColumns(rows: UserRows, at: (id: number) => Draft | undefined): void {
  for (const [id, group] of groupBy(rows.generatedColumns ?? [], ([relation]) => relation)) {
    const draft = at(id)
    if (draft === undefined) continue
    const from = groupBy(group, ([, column]) => column)
    draft.columns = new Map(
      [...draft.columns].map(([name, column]) => {
        const generatedFrom = (from.get(column.number) ?? []).map(([, , source]) => source)
        return [name, { ...column, generatedFrom }]
      }),
    )
  }
}

/** Rules, and the queries of views. */
export function addRules(
  rows: UserRows,
  at: (id: number) => Draft | undefined,
  functionsOfOperator: FunctionsOfOperator,
): void {
  const sequences = groupBy(rows.ruleSequences ?? [], ([relation, rule]) => `${String(relation)} ${rule}`)
  for (const [id, event, name, stored, instead] of rows.rules ?? []) {
    const draft = at(id)
    const drawn = (sequences.get(`${String(id)} ${name}`) ?? []).map(([, , sequence]) => sequence)
    const use = (): StoredUse =>
      storedUse(typeof stored === 'string' ? storedUseTokens(stored) : stored, functionsOfOperator, drawn)
    const ruleEvent = ({ '2': 'update', '3': 'insert', '4': 'delete' } as const)[event]
    if (ruleEvent !== undefined) draft?.rules.push({ event: ruleEvent, instead, use: use() })
    else if (draft !== undefined) {
      if (typeof stored === 'string') draft.queryTree = stored
      whenRead(draft, 'query', use)
    }
  }
}

/** The server notes no column of a relation that a view names as a whole row (`find_expr_references_walker`). */
export function addQueryColumns(rows: UserRows, relations: ReadonlyMap<number, Draft>): void {
  const byRowType = new Map([...relations.values()].map(({ rowType, id }) => [rowType, id]))
  for (const [view, group] of groupBy(rows.viewColumns ?? [], ([id]) => id)) {
    const draft = relations.get(view)
    if (draft === undefined) continue
    whenRead(draft, 'queryColumns', () => {
      const columns = groupBy(group, ([, relation]) => relation)
      const named = new Map([...columns].map(([id, those]) => [id, those.map(([, , column]) => column)]))
      for (const type of draft.query?.rows ?? []) {
        const whole = byRowType.get(type)
        // The row of a join or of a subquery may be made of any of them.
        if (whole === undefined) named.clear()
        else named.delete(whole)
      }
      return named
    })
  }
}

/** Few of the views of a database are ever read, and a long query takes a while. */
function whenRead<Field extends 'query' | 'queryColumns'>(draft: Draft, field: Field, make: () => Draft[Field]): void {
  Object.defineProperty(draft, field, {
    configurable: true,
    enumerable: true,
    get: () => {
      const value = make()
      Object.defineProperty(draft, field, { value, enumerable: true })
      return value
    },
  })
}
