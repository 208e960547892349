import type { FunctionsOfOperator } from './operators.js'
import type { CatalogRows, UserRows } from './rows.js'
import type { Column, IncomingForeignKey, RelationKind } from './snapshot.js'
import { type KnownRoutines, plannedUse } from './planned-use.js'
import { noUse, storedUse } from './stored-use.js'
import { addGeneratedColumns, addQueryColumns, addRules } from './stored-views.js'
import { type Draft, emptyRelation } from './draft-relation.js'
import { groupBy } from './group-by.js'
import { addWriteChecks } from './write-checks.js'

const kinds: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
  S: 'sequence',
  i: 'index',
  I: 'index',
  c: 'composite-type',
  t: 'toast',
}

/** Relations of one part of the catalog, not yet with what hangs on them. */
export function plainRelations(rows: CatalogRows, schemaName: (id: number) => string): Map<number, Draft> {
  const relations = new Map<number, Draft>()
  for (const [id, schema, name, kind, persistence, rowType, rowSecurity, columns, ofType] of rows.relations ?? []) {
    const draft = emptyRelation(id, schemaName(schema), name, kinds[kind] ?? 'table')
    draft.temporary = persistence === 't'
    draft.rowType = rowType
    draft.rowSecurity = rowSecurity
    draft.ofType = ofType
    draft.columns = new Map(
      (columns ?? []).map(([column, number, type, generated, notNull]): [string, Column] => [
        column,
        {
          name: column,
          number,
          type,
          generated: generated !== '',
          virtual: generated === 'v',
          generatedFrom: [],
          notNull,
        },
      ]),
    )
    relations.set(id, draft)
  }
  return relations
}

/** Relations of users with their children, rules, triggers, defaults, checks, policies and foreign keys. */
export function userRelations(
  rows: UserRows,
  schemaName: (id: number) => string,
  functionsOfOperator: FunctionsOfOperator,
): Map<number, Draft> {
  const relations = plainRelations(rows, schemaName)
  const at = (id: number): Draft | undefined => relations.get(id)
  for (const [id, schema, name, table, , , primaryKey, , columns, keyColumns, , isKey] of rows.indexes ?? []) {
    const draft = emptyRelation(id, schemaName(schema), name, 'index')
    draft.table = table
    relations.set(id, draft)
    const owner = at(table)
    if (owner !== undefined && primaryKey !== null) owner.primaryKey = primaryKey
    if (isKey && columns !== null) owner?.keys.push(columns.slice(0, keyColumns))
  }
  for (const [relation, column] of rows.collated ?? []) at(relation)?.collated.add(column)
  for (const [id, columns, defaultPartition] of rows.partitioned ?? []) {
    const draft = at(id)
    if (draft === undefined) continue
    draft.partitionKey = columns ?? []
    draft.defaultPartition = defaultPartition
  }
  for (const [parent, child] of rows.inherits ?? []) {
    at(parent)?.children.push(child)
    at(child)?.parents.push(parent)
  }
  addGeneratedColumns(rows, at)
  for (const [sequence, table] of rows.ownedSequences ?? []) {
    const draft = at(sequence)
    if (draft !== undefined) draft.table = table
  }
  for (const [id, server] of rows.foreignTables ?? []) {
    const draft = at(id)
    if (draft !== undefined) draft.server = server
  }
  addRules(rows, at, functionsOfOperator)
  addTriggers(rows, at, functionsOfOperator)
  addStoredExpressions(rows, at, functionsOfOperator)
  addForeignKeys(rows, at)
  addWriteChecks(rows, at)
  addQueryColumns(rows, relations)
  return relations
}

function addTriggers(
  rows: UserRows,
  at: (id: number) => Draft | undefined,
  functionsOfOperator: FunctionsOfOperator,
): void {
  for (const [id, name, bits, routine, columns, condition] of rows.triggers ?? []) {
    // Bits of pg_trigger.h.
    const events = new Set<'insert' | 'update' | 'delete' | 'truncate'>()
    if ((bits & 4) !== 0) events.add('insert')
    if ((bits & 8) !== 0) events.add('delete')
    if ((bits & 16) !== 0) events.add('update')
    if ((bits & 32) !== 0) events.add('truncate')
    at(id)?.triggers.push({
      name,
      function: routine,
      events,
      instead: (bits & 64) !== 0,
      columns: columns ?? [],
      condition: condition === null ? undefined : storedUse(condition, functionsOfOperator),
    })
  }
}

function addStoredExpressions(
  rows: UserRows,
  at: (id: number) => Draft | undefined,
  functionsOfOperator: FunctionsOfOperator,
): void {
  const sequences = groupBy(
    rows.defaultSequences ?? [],
    ([relation, column]) => `${String(relation)} ${String(column)}`,
  )
  for (const [id, column, tokens] of rows.defaults ?? []) {
    const drawn = (sequences.get(`${String(id)} ${String(column)}`) ?? []).map(([, , sequence]) => sequence)
    at(id)?.defaults.push({ column, use: storedUse(tokens, functionsOfOperator, drawn) })
  }
  for (const [relation, , tokens] of rows.checks ?? [])
    at(relation)?.checks.push(storedUse(tokens, functionsOfOperator))
  for (const [relation, tokens] of rows.statistics ?? []) {
    at(relation)?.statistics.push(storedUse(tokens, functionsOfOperator))
  }
  for (const [relation, routine] of rows.exclusions ?? []) at(relation)?.checks.push({ ...noUse, functions: [routine] })
  for (const group of [rows.indexClasses, rows.partitionClasses]) {
    for (const [relation, routine] of group ?? []) at(relation)?.searches.push(routine)
  }
  for (const [relation, routine] of rows.partitionClasses ?? []) {
    for (const partition of below(relation, at)) partition.checks.push({ ...noUse, functions: [routine] })
  }
  for (const [relation, tokens] of rows.partitionKeys ?? []) {
    const use = storedUse(tokens, functionsOfOperator)
    at(relation)?.checks.push(use)
    for (const partition of below(relation, at)) partition.checks.push(use)
  }
  for (const [, , , table, keys, predicate] of rows.indexes ?? []) {
    for (const tokens of [keys, predicate]) {
      if (tokens !== null) at(table)?.checks.push(storedUse(tokens, functionsOfOperator))
    }
  }
  for (const [id, command, tokens] of rows.policies ?? []) {
    const commands = { r: 'select', a: 'insert', w: 'update', d: 'delete' } as const
    const named = Object.hasOwn(commands, command) ? commands[command as keyof typeof commands] : '*'
    at(id)?.policies.push({ command: named, use: storedUse(tokens, functionsOfOperator) })
  }
}

/** What the planner may compute of the stored expressions of each relation, and of those that a partition has from above. */
export function addPlannedUses(rows: UserRows, relations: ReadonlyMap<number, Draft>, known: KnownRoutines): void {
  for (const [id, tree] of rows.planned ?? []) {
    const draft = relations.get(id)
    if (draft === undefined) continue
    const use = plannedUse(tree, known)
    const partitions = draft.kind === 'partitioned-table' ? below(id, (at) => relations.get(at)) : []
    for (const relation of [draft, ...partitions]) relation.planned.push(use)
  }
}

/** Everything below a partitioned table: what its key computes is in the constraints of each partition. */
function below(relation: number, at: (id: number) => Draft | undefined): ReadonlySet<Draft> {
  const found = new Set<Draft>()
  const waiting = [...(at(relation)?.children ?? [])]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const child = at(id)
    if (child === undefined || found.has(child)) continue
    found.add(child)
    waiting.push(...child.children)
  }
  return found
}

function addForeignKeys(rows: UserRows, at: (id: number) => Draft | undefined): void {
  const action = (code: string): IncomingForeignKey['onDelete'] =>
    code === 'c' ? 'cascade' : code === 'n' || code === 'd' ? 'set' : 'none'
  for (const [from, to, onDelete, onUpdate, columns, referenced, isPeriod] of rows.foreignKeys ?? []) {
    at(from)?.references.push(to)
    at(to)?.referencedBy.push({
      from,
      columns: columns ?? [],
      referenced: referenced ?? [],
      onDelete: action(onDelete),
      onUpdate: action(onUpdate),
      isPeriod,
    })
  }
}
