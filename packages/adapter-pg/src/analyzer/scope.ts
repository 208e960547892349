import type { Relation } from '../catalog/snapshot.js'
import type { TreeNode } from './tree.js'
import type { NamedFlow, QueryFlow, RangeValues } from './column-flow.js'

/** One item of FROM, or the target of a change, under the name by which columns reach it. */
export interface Range {
  readonly name: string
  /** The schema, for references like `schema.table.column`; undefined when an alias hides it. */
  readonly schema: string | undefined
  readonly relation: Relation | undefined
  /** Visible column name → the relation's own name. Undefined when the columns are not known. */
  readonly columns: ReadonlyMap<string, string> | undefined
  /** Whether these are surely all of its columns, in their order. */
  readonly complete: boolean
  /** Types by visible column name, of what is no relation; a name that is not in it has an unknown type. */
  readonly types: ReadonlyMap<string, number> | undefined
  /** Where names of columns that are read are gathered; undefined when they belong to no relation. */
  readonly read: Set<string> | undefined
  readonly values: RangeValues
  /** Relations that FOR UPDATE of this item locks. */
  readonly lockable: readonly Relation[]
  /** Only reachable with its name: `old`, `new`, `excluded`. */
  readonly hidden: boolean
  /** A function, whose name stands for the one value that it may give, not for a row. */
  readonly mayBeValue: boolean
}

/** What names mean at one level of a query. Levels inside see the levels around them. */
export class Scope {
  readonly parent: Scope | undefined
  readonly ranges: Range[] = []
  readonly #commonTables: Map<string, CommonTable>
  /** Names of columns that joins make of two of different types, or of types that are not known. */
  readonly #mixed: Set<string>
  /** What the query at this level gives, once it was handled; undefined when that is not plain to see. */
  result: readonly OutputColumn[] | undefined
  /** Where the values of what the query at this level gives come from, once it was handled. */
  flow: QueryFlow | undefined
  /** The query at this level, where it is a plain one. */
  select: TreeNode | undefined
  /** Whether somebody takes `flow`. Otherwise it goes where the frame on top says. */
  isClaimed = false
  /** What `*` stands for, by the items of FROM. */
  readonly stars: (() => readonly NamedFlow[] | undefined)[] = []

  constructor(parent?: Scope, commonTables = new Map<string, CommonTable>(), mixed = new Set<string>()) {
    this.parent = parent
    this.#commonTables = commonTables
    this.#mixed = mixed
  }

  define(table: CommonTable): void {
    this.#commonTables.set(table.name, table)
  }

  /** The same level with these items alone: none for a subquery in FROM without LATERAL, two sides for the condition of a join. */
  blind(ranges: readonly Range[] = []): Scope {
    const scope = new Scope(this.parent, this.#commonTables, this.#mixed)
    for (const range of ranges) scope.ranges.push(range)
    return scope
  }

  /** Takes over the items of a query, so that whoever holds a subquery knows what it locks. */
  adopt(query: Scope): void {
    this.ranges.push(...query.ranges)
    this.result = query.result
    this.flow = query.flow
  }

  /** The same, for somebody who takes what the query gives. */
  static claiming(parent?: Scope): Scope {
    const scope = new Scope(parent)
    scope.isClaimed = true
    return scope
  }

  /** Notes that a name alone means a column of both sides of a join, which has the type that these have in common. */
  mix(name: string): void {
    this.#mixed.add(name)
  }

  /** Whether no item alone tells the type of the column that this name means. */
  isMixed(name: string): boolean {
    return this.#mixed.has(name)
  }

  /** How many items a name may have to be looked for in. */
  get reach(): number {
    return this.ranges.length + (this.parent?.reach ?? 0)
  }

  commonTable(name: string): CommonTable | undefined {
    return this.#commonTables.get(name) ?? this.parent?.commonTable(name)
  }

  /** The innermost item of this name. */
  range(name: string, schema?: string): Range | undefined {
    const found = this.ranges.find((range) => range.name === name && (schema === undefined || range.schema === schema))
    return found ?? this.parent?.range(name, schema)
  }
}

/** A query of WITH. */
export interface CommonTable {
  readonly name: string
  readonly columns: readonly OutputColumn[] | undefined
  readonly flow: QueryFlow
  /** Whether nothing in it can fail: where it stands for a table, it may only then be run. */
  readonly isTotal: boolean
}

/** A column that a query gives. */
export interface OutputColumn {
  readonly name: string
  /** Undefined when it cannot be told. */
  readonly type: number | undefined
  /** It stands for any number of columns that are not known. */
  readonly rest?: true
}

/** Columns that are not known, at their place among others. */
export const restColumns: OutputColumn = Object.freeze({ name: '', type: undefined, rest: true })

/** A column that a join gives, with the columns it is made of: two where USING or NATURAL makes one of them. */
export interface JoinedColumn {
  readonly name: string
  readonly from: readonly { readonly range: Range; readonly column: string }[]
}
