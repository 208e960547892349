import { ColumnSources } from '../catalog/column-sources.js'
import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'
import type { StoredCall } from '../catalog/stored-calls.js'
import { type StoredQuery, storedQuery } from '../catalog/view-columns.js'
import { isSystemRelation } from './sensitive-relations.js'
import { tellsForeignValues } from './foreign-values.js'
import { isTotalCast, isTotalOperator, isTotalRoutine } from './total-calls.js'

/** A column of a relation by its id. Relation 0: any; column `*`: any. */
export interface RelationColumn {
  readonly relation: number
  readonly column: string
}

/** What one column of a view is made of. */
export interface ViewColumn {
  /** Columns that the query of the view names for it; of views among them, what is behind is not here. */
  readonly sources: readonly RelationColumn[]
  /** Whether it gives the values of its one source as they stand. */
  readonly plain: boolean
  /** Whether making it raises no error, whatever the values are. What is not total is in `elsewhere`, too. */
  readonly total: boolean
}

/** Where the values go that the query of a view or materialised view reads. */
export interface ViewLineage {
  /** By the names that the columns of the view have now. */
  readonly columns: ReadonlyMap<string, ViewColumn>
  /** Columns that decide which rows there are, and in which order, or may raise an error, whichever of its columns are read. */
  readonly elsewhere: readonly RelationColumn[]
  /** Whether reading its rows raises no error, whatever the values are. */
  readonly total: boolean
  readonly read: readonly RelationColumn[]
}

export const anyColumn: RelationColumn = Object.freeze({ relation: 0, column: '*' })

/**
 * Finds what a view gives of what it reads, from its stored query. Where that cannot be read, or is too long, each column is
 * made of everything that the view reads, and all of that decides on rows. Never throws. Remembered for each catalog.
 *
 * What a materialised view holds came of its query once, and its rows were chosen then: that tells as much.
 */
export function viewLineage(catalog: CatalogSnapshot, view: Relation): ViewLineage {
  const known = remembered.get(view)
  if (known?.catalog === catalog) return known.lineage
  // No view is behind itself. One that was would be made of anything.
  remembered.set(view, { catalog, lineage: alike(view, [anyColumn]) })
  const lineage = lineageOf(catalog, view)
  remembered.set(view, { catalog, lineage })
  return lineage
}

const remembered = new WeakMap<Relation, { readonly catalog: CatalogSnapshot; readonly lineage: ViewLineage }>()

function lineageOf(catalog: CatalogSnapshot, view: Relation): ViewLineage {
  const { query } = view
  if (query === undefined) return alike(view, [anyColumn])
  if (tellsForeignValues(catalog, query)) return alike(view, [anyColumn])
  const stored = queryOf(catalog, view)
  if (stored === undefined) return alike(view, everythingIn(catalog, view))
  const columns = new Map<string, ViewColumn>()
  for (const { name, number } of view.columns.values()) {
    const made = stored.columns[number - 1]
    if (made === undefined) return alike(view, everythingIn(catalog, view))
    const { plain, total } = made
    columns.set(name, { sources: named(catalog, made.sources), plain, total })
  }
  const { elsewhere, read, total } = stored
  return { columns, elsewhere: named(catalog, elsewhere), total, read: named(catalog, read) }
}

/** A view of which no more is known than what it reads. */
function alike(view: Relation, sources: readonly RelationColumn[]): ViewLineage {
  const column: ViewColumn = { sources, plain: false, total: false }
  const columns = new Map([...view.columns.keys()].map((name) => [name, column]))
  return { columns, elsewhere: sources, total: false, read: sources }
}

function everythingIn(catalog: CatalogSnapshot, view: Relation): readonly RelationColumn[] {
  const sources = new ColumnSources()
  for (const relation of view.query?.relations ?? []) {
    if (relation === view.id) continue
    for (const column of view.queryColumns.get(relation) ?? [0]) sources.add(relation, column)
  }
  return named(catalog, sources)
}

function queryOf(catalog: CatalogSnapshot, { queryTree }: Relation): StoredQuery | undefined {
  if (queryTree === undefined) return undefined
  try {
    return storedQuery(queryTree, {
      call: (call) => isTotal(catalog, call),
      column: (relation, column) => isTotalColumn(catalog, relation, column),
    })
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

function isTotal(catalog: CatalogSnapshot, { collation, kind, id, types, literals }: StoredCall): boolean {
  if (kind === 'conversion') return isTotalCast(catalog, types[0], id)
  const routine = catalog.routines.get(id)
  if (routine === undefined) return false
  const facts = { literals, oneCollation: ownCollations.has(collation), timesOver: timesOverStored }
  if (kind === 'routine') return isTotalRoutine(catalog, routine, types, facts)
  const names = [...catalog.operatorNames(id)]
  const [left, right] = types.length === 1 ? [0, types[0]] : types
  return (
    routine.builtin && names.length > 0 && names.every((name) => isTotalOperator(catalog, name, left, right, facts))
  )
}

/** What a view makes, in ways that need no other facts, takes the room of a few stored values. */
const timesOverStored = 10

/** Of the database, `C` and `POSIX`: each tells all texts apart. */
const ownCollations: ReadonlySet<number> = new Set([100, 950, 951])

/** What is stored is only given. A view makes its columns when they are read, and so do tables some of theirs. */
function isTotalColumn(catalog: CatalogSnapshot, id: number, number: number): boolean {
  const relation = catalog.relations.get(id)
  if (relation === undefined) return false
  const lineage = relation.kind === 'view' && !isSystemRelation(relation) ? viewLineage(catalog, relation) : undefined
  return [...relation.columns.values()].every(
    (column) =>
      (number !== 0 && column.number !== number) ||
      (!column.virtual && lineage?.columns.get(column.name)?.total !== false),
  )
}

function named(catalog: CatalogSnapshot, sources: ColumnSources): readonly RelationColumn[] {
  return [...sources].map(([id, number]) => {
    const relation = catalog.relations.get(id)
    return relation === undefined ? anyColumn : { relation: id, column: columnName(relation, number) }
  })
}

function columnName({ columns }: Relation, number: number): string {
  if (number < 0) return systemColumns[-number] ?? '*'
  for (const column of columns.values()) if (column.number === number) return column.name
  return '*'
}

/** By their numbers, which are negative. */
const systemColumns: readonly (string | undefined)[] = [undefined, 'ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid']
