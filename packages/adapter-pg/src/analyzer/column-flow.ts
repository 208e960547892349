import type { ColumnSource } from '@bothkeys/core/adapter'

/** A column of a relation by its id. Relation 0: any; column `*`: any. */
export interface RelationColumn {
  readonly relation: number
  readonly column: string
}

/** Columns that something is made of: its own ones and those of others, which may still grow, and may hold each other. */
export class Sources {
  readonly columns: Set<RelationColumn | ColumnSource> = new Set()
  readonly parts: Set<Sources> = new Set()
}

/** A value of a query or of an item of FROM. */
export interface ColumnFlow {
  readonly sources: Sources
  /** Whether it is a value of a column as it stands. */
  readonly plain: boolean
  /** Whether nothing that makes it can fail, give rows or have effects, whatever the values are. */
  readonly total: boolean
  /** How much room it takes at most, in stored values, as it is written out. */
  readonly size: number
  /** How many stored values it is made of. */
  readonly values: number
  /** How many of them may become much longer than they are stored. */
  readonly documents: number
  /** How many values under another collation than the database's own it is made of. */
  readonly collations: number
}

/** The name is undefined where it is not worked out: then it may be any. */
export interface NamedFlow {
  readonly name: string | undefined
  readonly flow: ColumnFlow
}

/** What a query gives. */
export interface QueryFlow {
  /** Undefined where it is not plain to see which columns these are: each may then hold anything that the query reads. */
  readonly columns: readonly NamedFlow[] | undefined
  readonly everything: Sources
}

/** What the columns of an item of FROM hold. */
export interface RangeValues {
  /** By the name under which `Range.read` gathers it. Undefined: it surely has none of this name. */
  column(name: string): ColumnFlow | undefined
  /** Whether it surely has one of this name, of those that no catalog has. */
  has(name: string): boolean
  /** Its rows as a whole. */
  whole(): ColumnFlow
  /** In their order, by the names that are in sight; undefined where these are not all known. */
  columns(): readonly NamedFlow[] | undefined
}

/** What had been read for what is at hand before something else was. */
export type Before = Readonly<Pick<ColumnFlow, 'collations' | 'documents' | 'size' | 'values'>>

/** Any column of any resource. */
export const anyColumn: ColumnSource = Object.freeze({ resource: '*', column: '*' })

export const nothingRead: Before = Object.freeze({ size: 0, values: 0, documents: 0, collations: 0 })

/** A value of which no more is known than its sources. */
export const unknownFlow = Object.freeze({
  plain: false,
  total: false,
  size: Infinity,
  values: Infinity,
  documents: Infinity,
  collations: Infinity,
})

/** Each column of a query; where these are not known, one for all. */
export function flowsOf({ columns, everything }: QueryFlow): readonly ColumnFlow[] {
  return columns?.map(({ flow }) => flow) ?? [{ ...unknownFlow, sources: everything }]
}

/** A value that is made of all of these, or is one of them. */
export function unite(flows: readonly ColumnFlow[]): ColumnFlow {
  const [first] = flows
  if (first !== undefined && flows.length === 1) return first
  const sources = new Sources()
  for (const flow of flows) sources.parts.add(flow.sources)
  const sum = (count: keyof Before): number => flows.reduce((all, flow) => all + flow[count], 0)
  return {
    sources,
    plain: flows.every(({ plain }) => plain),
    total: flows.every(({ total }) => total),
    size: sum('size'),
    values: sum('values'),
    documents: sum('documents'),
    collations: sum('collations'),
  }
}

/** The arms of a set operation, by place: undefined where one is not known. */
export function uniteColumns(arms: readonly (readonly NamedFlow[] | undefined)[]): readonly NamedFlow[] | undefined {
  const [first] = arms
  if (first === undefined) return undefined
  if (arms.some((arm) => arm?.length !== first.length)) return undefined
  return first.map(({ name }, index) => {
    const flows = arms.flatMap((arm) => arm?.[index]?.flow ?? [])
    return { name, flow: { ...unite(flows), plain: false } }
  })
}

/** `AS t(a, b)`: the first columns have other names. */
export function renameFlows(query: QueryFlow, names: readonly string[]): QueryFlow {
  if (names.length === 0 || query.columns === undefined) return query
  return { ...query, columns: query.columns.map((column, index) => ({ ...column, name: names[index] ?? column.name })) }
}
