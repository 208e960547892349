import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'
import { columnOrigins, readOrigins } from './column-origins.js'
import {
  type ColumnFlow,
  type NamedFlow,
  type QueryFlow,
  type RangeValues,
  type RelationColumn,
  renameFlows,
  Sources,
  unite,
  unknownFlow,
} from './column-flow.js'
import { bypassesPolicies } from './relation-reads.js'
import { quoted, roomOfType, type StoredRoom } from './stored-room.js'
import type { Range } from './scope.js'
import { isSystemRelation } from './sensitive-relations.js'
import type { Walk } from './walk.js'

/** Notes that a column of an item is read, `*` for its whole rows: as an effect, and where its values go. */
export function readColumn(walk: Walk, range: Range, name: string): void {
  range.read?.add(name)
  followColumn(walk, range, name)
}

/** Notes where the values of a column go, if the item has one of that name. */
export function followColumn({ flows }: Walk, range: Range, name: string): void {
  const flow = name === '*' ? range.values.whole() : range.values.column(name)
  if (flow !== undefined) flows.take(flow)
}

/** Notes what rows of a relation tell, whichever of its columns are read: those of a view were chosen by its query. */
export function followRows(walk: Walk, relation: Relation): void {
  const { catalog, flows } = walk
  const { elsewhere, read, total } = readOrigins(catalog, relation)
  const isSystemView = relation.kind === 'view' && isSystemRelation(relation)
  const isSecured = relation.rowSecurity && !bypassesPolicies(walk, undefined)
  if (!total || isSystemView || isSecured || relation.kind === 'foreign-table') flows.mayFail()
  if (read.length === 0) return
  flows.divert([{ sources: sourcesOf(elsewhere) }])
  // The query of a view may compare them with each other.
  walk.meetings?.link([sourcesOf(elsewhere)])
  const behind = sourcesOf(read)
  flows.dropped.parts.add(behind)
  flows.everything.parts.add(behind)
}

/** Notes that rows of a relation are put in an order by a column, which whoever reads others of it sees. */
export function followOrder(walk: Walk, relation: Relation, column: string): void {
  divertColumn(walk, relation, column)
}

/** Notes that values of a relation stand under another name from now on, where no rule about them looks: all or one column's. */
export function followRenamed(walk: Walk, relation: Relation, column = '*'): void {
  divertColumn(walk, relation, column)
}

function divertColumn({ catalog, flows }: Walk, relation: Relation, column: string): void {
  flows.divert([{ sources: sourcesOf(columnOrigins(catalog, relation, column).sources) }])
}

function sourcesOf(columns: Iterable<RelationColumn>): Sources {
  const sources = new Sources()
  for (const column of columns) sources.columns.add(column)
  return sources
}

/** Those of a relation whose columns are in sight under these names. */
export function relationValues(
  catalog: CatalogSnapshot,
  relation: Relation,
  visible: ReadonlyMap<string, string>,
  only: boolean,
): RangeValues {
  const known = new Map<string, ColumnFlow>()
  const column = (name: string): ColumnFlow => {
    const found = known.get(name)
    if (found !== undefined) return found
    const { plain, sources, total } = columnOrigins(catalog, relation, name, { only })
    const isStored = name === '*' ? relation.kind !== 'view' : plain || relation.kind !== 'view'
    const stored = roomOf(catalog, relation, name)
    const size = isStored ? stored.size : isSingle(catalog, relation, name) ? made * stored.size : Infinity
    const values = name === '*' ? relation.columns.size : 1
    const collations = collationsOf(relation, name)
    const { documents } = stored
    const flow = { sources: sourcesOf(sources), plain, total, size, values, documents, collations }
    known.set(name, flow)
    return flow
  }
  return {
    column,
    has: () => false,
    whole: () => column('*'),
    columns: () =>
      visible.size === relation.columns.size
        ? [...visible].map(([name, own]) => ({ name, flow: column(own) }))
        : undefined,
  }
}

/** How many times the room of a stored value one takes that a view makes: letters become others. */
const made = 3

function roomOf(catalog: CatalogSnapshot, { columns }: Relation, name: string): StoredRoom {
  if (name !== '*') return roomOfType(catalog, columns.get(name)?.type)
  const rooms = [...columns.values()].map(({ type }) => roomOfType(catalog, type))
  const sum = (count: keyof StoredRoom): number => rooms.reduce((all, room) => all + room[count], 0)
  return { size: quoted * sum('size'), documents: sum('documents') }
}

/**
 * Whether what a view makes for a column is one value that is of no more room than a stored one, if nothing can fail: arrays and
 * rows may be made of any number.
 */
function isSingle({ types }: CatalogSnapshot, { columns }: Relation, name: string): boolean {
  const info = types.get(columns.get(name)?.type ?? 0)
  return info !== undefined && (info.kind === 'base' || info.kind === 'enum') && info.element === 0
}

/** How many values under another collation than the database's own a column, or `*`, holds. */
function collationsOf(relation: Relation, name: string): number {
  if (isSystemRelation(relation)) return Infinity
  if (name === '*') return relation.collated.size
  const column = relation.columns.get(name)
  return column === undefined || relation.collated.has(column.number) ? 1 : 0
}

/** Values that the text itself gives: `excluded`. */
export const givenValues: RangeValues = {
  column: () => undefined,
  has: () => false,
  whole: () => ({ ...unknownFlow, sources: new Sources(), total: true }),
  columns: () => undefined,
}

/** Those of a query. */
export function queryValues(query: QueryFlow): RangeValues {
  const all = { ...unknownFlow, sources: query.everything }
  const { columns } = query
  if (columns === undefined) return { column: () => all, has: () => false, whole: () => all, columns: () => undefined }
  const byName = new Map<string | undefined, ColumnFlow[]>()
  for (const { flow, name } of columns) {
    const named = byName.get(name)
    if (named === undefined) byName.set(name, [flow])
    else named.push(flow)
  }
  let whole: ColumnFlow | undefined
  return {
    column: (name) => {
      const named = byName.get(name) ?? byName.get(undefined)
      return named === undefined ? undefined : unite(named)
    },
    has: (name) => byName.has(name),
    whole: () => (whole ??= rowOf(columns.map(({ flow }) => flow))),
    columns: () => columns,
  }
}

function rowOf(flows: readonly ColumnFlow[]): ColumnFlow {
  const row = unite(flows)
  return { ...row, size: quoted * row.size, plain: false }
}

/** Those of a function, whose columns are all made of what it is passed. */
export function functionValues(flow: ColumnFlow): RangeValues {
  return { column: () => flow, has: () => false, whole: () => flow, columns: () => undefined }
}

/** Those of a join with a name of its own: `columns` as it gives them, undefined where they are not known. */
export function joinValues(
  columns: readonly NamedFlow[] | undefined,
  names: readonly string[],
  inside: readonly Range[],
): RangeValues {
  if (columns !== undefined) return queryValues(renameFlows({ columns, everything: new Sources() }, names))
  const whole = (): ColumnFlow => rowOf(inside.map(({ values }) => values.whole()))
  return { column: whole, has: () => false, whole, columns: () => undefined }
}
