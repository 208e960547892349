import type { CatalogSnapshot, Column, Relation } from '../catalog/snapshot.js'
import { tellsForeignValues } from './foreign-values.js'
import { isSensitiveRelation, isSystemRelation } from './sensitive-relations.js'
import { anyColumn, type RelationColumn, viewLineage } from './view-lineage.js'

/** Everything that the values of one column of a relation are, are made of or come from. */
export interface ColumnOrigins {
  /**
   * The column itself first; those of the same name of relations below and above; what it is generated from; for a view, all
   * of that for what is behind it.
   */
  readonly sources: readonly RelationColumn[]
  /** Whether each of its values is one value of a source as it stands. */
  readonly plain: boolean
  /** Whether the server makes none of them anew, or only in ways that raise no error. */
  readonly total: boolean
}

/** What reading a relation tells of, whichever of its columns are read. */
export interface ReadOrigins {
  /** What chose or ordered its rows, or may raise an error. */
  readonly elsewhere: readonly RelationColumn[]
  /** Whether reading its rows raises no error, whatever the values behind it are. */
  readonly total: boolean
  /** Every column behind it that is read. */
  readonly read: readonly RelationColumn[]
}

/**
 * Finds where the values of a column come from; `*` for a whole row, the name of a system column for that. `only`: without
 * those of children. Never throws: where it would take long, they may come from anywhere. Remembered for each catalog.
 */
export function columnOrigins(
  catalog: CatalogSnapshot,
  relation: Relation,
  column: string,
  { only = false }: { readonly only?: boolean } = {},
): ColumnOrigins {
  const known = memory(catalog).columns
  const key = `${only ? 'only ' : ''}${keyOf({ relation: relation.id, column })}`
  const found = known.get(key) ?? traced(catalog, relation, column, only)
  if (known.size >= maxRemembered) known.clear()
  known.set(key, found)
  return found
}

/**
 * Finds what reading a relation tells of, whichever of its columns are read: what the query of a view goes by, and for a
 * partition the columns by which its rows came there. Never throws.
 */
export function readOrigins(catalog: CatalogSnapshot, relation: Relation): ReadOrigins {
  if (!standsForQuery(relation) && relation.parents.length === 0) return nothing
  const known = memory(catalog).reads
  const found = known.get(relation.id) ?? tracedRead(catalog, relation)
  known.set(relation.id, found)
  return found
}

const nothing: ReadOrigins = Object.freeze({ elsewhere: Object.freeze([]), total: true, read: Object.freeze([]) })
const anywhere: ColumnOrigins = Object.freeze({ sources: Object.freeze([anyColumn]), plain: false, total: false })

interface Memory {
  readonly columns: Map<string, ColumnOrigins>
  readonly reads: Map<number, ReadOrigins>
}

const memories = new WeakMap<CatalogSnapshot, Memory>()
const maxRemembered = 10_000
const maxSources = 20_000

function memory(catalog: CatalogSnapshot): Memory {
  const known = memories.get(catalog) ?? { columns: new Map(), reads: new Map() }
  memories.set(catalog, known)
  return known
}

/** Whether what it holds came of a stored query of a user. */
function standsForQuery(relation: Relation): boolean {
  return (relation.kind === 'view' || relation.kind === 'materialized-view') && !isSystemRelation(relation)
}

function traced(catalog: CatalogSnapshot, relation: Relation, column: string, only: boolean): ColumnOrigins {
  const trace = new Trace(catalog, only ? relation : undefined)
  trace.add({ relation: relation.id, column })
  const sources = trace.all()
  if (sources === undefined) return anywhere
  return { sources, ...asItStands(catalog, relation, column) }
}

function tracedRead(catalog: CatalogSnapshot, view: Relation): ReadOrigins {
  const elsewhere = new Trace(catalog)
  const read = new Trace(catalog)
  for (const each of viewsIn(catalog, view, standsForQuery)) {
    const lineage = viewLineage(catalog, each)
    for (const source of lineage.elsewhere) elsewhere.add(source)
    for (const source of lineage.read) read.add(source)
    for (const behind of relationsIn(catalog, each)) for (const key of keysOf(catalog, behind)) elsewhere.add(key)
  }
  for (const key of keysOf(catalog, view)) {
    elsewhere.add(key)
    read.add(key)
  }
  return {
    elsewhere: elsewhere.all() ?? anywhere.sources,
    total: [...viewsIn(catalog, view, ({ kind }) => kind === 'view')].every((each) => isTotal(catalog, each)),
    read: read.all() ?? anywhere.sources,
  }
}

/** The columns by which the rows of a partition came there. */
function keysOf(catalog: CatalogSnapshot, relation: Relation | undefined): readonly RelationColumn[] {
  if (relation === undefined) return []
  const names = new Set(above(catalog, relation).flatMap(dividing))
  return [...names].map((column) => ({ relation: relation.id, column }))
}

/** Names of the columns that the rows of a partitioned table are divided by: any of them where it goes by an expression. */
function dividing({ columns, partitionKey }: Relation): readonly string[] {
  const isKey = (number: number): boolean => partitionKey.includes(number) || partitionKey.includes(0)
  return [...columns.values()].filter(({ number }) => isKey(number)).map(({ name }) => name)
}

/** Whether reading a view computes nothing that may fail, what other views compute aside. */
function isTotal(catalog: CatalogSnapshot, view: Relation): boolean {
  if (isSystemRelation(view) || !viewLineage(catalog, view).total) return false
  return relationsIn(catalog, view).every((behind) => behind?.kind !== 'foreign-table' && behind?.rowSecurity === false)
}

/** A view and those of a kind that it reads, at any depth. */
function viewsIn(
  catalog: CatalogSnapshot,
  from: Relation,
  counts: (relation: Relation) => boolean,
): ReadonlySet<Relation> {
  const views = new Set([from].filter(counts))
  for (const each of views) {
    for (const behind of relationsIn(catalog, each)) if (behind !== undefined && counts(behind)) views.add(behind)
  }
  return views
}

function relationsIn(catalog: CatalogSnapshot, { id, query }: Relation): readonly (Relation | undefined)[] {
  return (query?.relations ?? []).filter((each) => each !== id).map((each) => catalog.relations.get(each))
}

/** Goes down through views as long as each gives the values of one column. */
function asItStands(catalog: CatalogSnapshot, from: Relation, of: string): { plain: boolean; total: boolean } {
  let source: RelationColumn = { relation: from.id, column: of }
  const seen = new Set<string>()
  for (;;) {
    const relation = catalog.relations.get(source.relation)
    if (relation === undefined || seen.has(keyOf(source))) return { plain: false, total: false }
    seen.add(keyOf(source))
    const isStored = relation.kind !== 'view'
    if (source.column === '*') return { plain: false, total: isStored && !hasVirtual(relation) }
    if (!standsForQuery(relation)) {
      const column = relation.columns.get(source.column)
      return { plain: column?.generated === false, total: column?.virtual !== true }
    }
    const made = viewLineage(catalog, relation).columns.get(source.column)
    const [next] = made?.sources ?? []
    if (made?.plain !== true || next === undefined) return { plain: false, total: isStored || made?.total === true }
    source = next
  }
}

function hasVirtual({ columns }: Relation): boolean {
  return [...columns.values()].some(({ virtual }) => virtual)
}

/** Columns and all that is behind them. */
class Trace {
  readonly #catalog: CatalogSnapshot
  readonly #alone: Relation | undefined
  readonly #found = new Map<string, RelationColumn>()
  /** Names that values have in the relations above. Nothing comes from there, so that nothing else is behind them. */
  readonly #above = new Map<string, RelationColumn>()

  /** `alone`: a relation without its children. */
  constructor(catalog: CatalogSnapshot, alone?: Relation) {
    this.#catalog = catalog
    this.#alone = alone
  }

  add(source: RelationColumn): void {
    if (this.#found.size <= maxSources) this.#found.set(keyOf(source), source)
  }

  /** Undefined: too many. */
  all(): readonly RelationColumn[] | undefined {
    // What is added on the way is gone through, too.
    for (const source of this.#found.values()) this.#follow(source)
    return this.#found.size > maxSources ? undefined : [...new Map([...this.#found, ...this.#above]).values()]
  }

  #follow({ relation: id, column: name }: RelationColumn): void {
    if (id === 0) return
    const relation = this.#catalog.relations.get(id)
    if (relation === undefined || isSensitiveRelation(relation)) this.add(anyColumn)
    else if (name === '*') for (const each of relation.columns.keys()) this.add({ relation: id, column: each })
    else if (places.has(name) && !relation.columns.has(name)) this.#followPartitions(relation)
    else this.#followColumn(relation, name)
  }

  #followColumn(relation: Relation, name: string): void {
    if (standsForQuery(relation)) {
      const column = viewLineage(this.#catalog, relation).columns.get(name)
      for (const source of column?.sources ?? [anyColumn]) this.add(source)
    }
    const column = relation.columns.get(name)
    if (column?.generated === true) this.#followGenerated(relation, column)
    for (const { id, columns } of this.#below(relation)) if (columns.has(name)) this.add({ relation: id, column: name })
    for (const { id, columns } of above(this.#catalog, relation)) {
      const source = { relation: id, column: name }
      if (columns.has(name)) this.#above.set(keyOf(source), source)
    }
  }

  /** Partitions and tables that inherit from it, at any depth. */
  #below(relation: Relation): readonly Relation[] {
    return relation === this.#alone ? [] : reached(this.#catalog, relation, ({ children }) => children)
  }

  #followGenerated(relation: Relation, { generatedFrom, number }: Column): void {
    for (const each of relation.columns.values()) {
      if (generatedFrom.includes(each.number)) this.add({ relation: relation.id, column: each.name })
    }
    const uses = relation.defaults.filter(({ column }) => column === number)
    if (uses.some(({ use }) => tellsForeignValues(this.#catalog, use))) this.add(anyColumn)
  }

  /** Which partition a row is in, or where there, tells of the columns that rows are divided by. */
  #followPartitions(relation: Relation): void {
    for (const each of [relation, ...this.#below(relation)]) {
      for (const column of dividing(each)) this.add({ relation: each.id, column })
    }
  }
}

/** System columns that say where a row is stored. */
const places: ReadonlySet<string> = new Set(['tableoid', 'ctid'])

function keyOf({ relation, column }: RelationColumn): string {
  return `${String(relation)} ${column}`
}

/** Tables that it inherits from or is a partition of, at any height. */
function above(catalog: CatalogSnapshot, relation: Relation): readonly Relation[] {
  return reached(catalog, relation, ({ parents }) => parents)
}

function reached(
  catalog: CatalogSnapshot,
  from: Relation,
  next: (relation: Relation) => readonly number[],
): readonly Relation[] {
  const found = new Set([from])
  for (const relation of found) {
    for (const id of next(relation)) {
      const other = catalog.relations.get(id)
      if (other !== undefined) found.add(other)
    }
  }
  found.delete(from)
  return [...found]
}
