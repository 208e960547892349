import type { Kind } from './world.js'

/** A column that an expression may name. */
export interface NamedColumn {
  readonly name: string
  readonly kind: Kind
  /** Whether it may hold something protected. */
  readonly isProtected: boolean
}

/** An item of FROM under its alias. */
export interface Range {
  readonly alias: string
  readonly columns: readonly NamedColumn[]
  /** Whether the alias may be named as a whole row. */
  readonly hasRow: boolean
  /** The table's composite columns. */
  readonly isUsers?: boolean
}

/** What may stand in an expression at its place. */
export interface Place {
  readonly ranges: readonly Range[]
  readonly outer?: Place | undefined
  /** In a query with GROUP BY: what it groups by. Other columns stand in aggregates. */
  readonly grouped?: readonly { readonly sql: string; readonly kind: Kind; readonly isProtected: boolean }[]
  /** Whether window functions may stand here. */
  readonly windows?: boolean
}

/** The same place inside of an aggregate or a window function. */
export function plainly({ ranges, outer }: Place): Place {
  return { ranges, outer }
}
