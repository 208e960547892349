/** A column whose values take part in an action, of a resource as effects name it. `*`: any column, or any resource. */
export interface ColumnSource {
  /** As effects name it: `table:public.orders`. */
  readonly resource: string
  /** Its name, or `*`. */
  readonly column: string
}

/** What one column of a result is made of. */
export interface OutputLineage {
  /**
   * Every column whose values it may hold, be made of or tell of. A value that is reached under several names, as that of a
   * partition through its parent or of a table through a view, has each of them.
   */
  readonly sources: readonly ColumnSource[]
  /** Whether each value is one value of a source as it stands, so that an operator may show a part. Else it is masked whole. */
  readonly plain: boolean
}

/** Columns that are compared with values that the caller gives, in a shape that tells no more than whether they are equal. */
export interface ColumnLookup extends ColumnSource {
  /** How many values: one for `c = $1`, three for `c IN ($1, $2, $3)`. */
  readonly values: number
  /** Whether it is what is written that is compared: a unique index or a foreign key tells whether a value is there. */
  readonly written?: true
}

/**
 * A value that stands in the action itself: a parameter (its number, from 1), or what stands from `start` up to `end` in the text,
 * in UTF-16 units. Comments count, because they may hold anything; words of the language like NULL do not, unless they are the
 * value itself, like TRUE. A sign right before a number belongs to it.
 */
export interface GivenValue {
  /** The number of the parameter, or a part of the text. */
  readonly place: { readonly parameter: number } | { readonly start: number; readonly end: number }
  /** Every column that it is compared with or written to, and it goes nowhere else. Undefined: it cannot be told. */
  readonly columns: readonly ColumnSource[] | undefined
}

/** Where the values that an action reads go. Adapters that cannot tell leave it out: then nothing that is masked is read. */
export interface Lineage {
  /** The columns of the result in their order. Undefined: it cannot be told, and each may hold anything of `read`. */
  readonly outputs: readonly OutputLineage[] | undefined
  /**
   * Columns that do more than be given back: they choose, order, group or count rows, may raise an error, or are stored where
   * they can be read again.
   */
  readonly elsewhere: readonly ColumnSource[]
  /** Comparisons of columns with values that the action gives, which a budget may allow. */
  readonly lookups: readonly ColumnLookup[]
  /**
   * Columns that are written to or defined, by every name that their values have, and those that the target makes of them. What
   * runs a program may write to any. Undefined: it cannot be told.
   */
  readonly written?: readonly ColumnSource[]
  /** Every value that the action gives. Undefined: it cannot be told where they stand or what they meet. */
  readonly given?: readonly GivenValue[]
  /** Every column that is read in any way. What cannot be understood reads any column of any resource. */
  readonly read: readonly ColumnSource[]
  /** The columns that the resources in it have, so that a rule about one that is gone is noticed. */
  readonly relations: readonly { readonly resource: string; readonly columns: readonly string[] }[]
}

/** Of something that is not yet an action with values: each action is looked at when it is asked for. */
export const readsNothing: Lineage = Object.freeze({
  outputs: Object.freeze([]),
  elsewhere: Object.freeze([]),
  lookups: Object.freeze([]),
  written: Object.freeze([]),
  read: Object.freeze([]),
  relations: Object.freeze([]),
})
