import type { Range } from './scope.js'

/** Columns that everything with rows of its own has besides its own columns. */
const systemColumns: ReadonlySet<string> = new Set(['ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax'])

/**
 * Whether an item has a system column of this name. Views and composite types, queries, joins and `excluded` have none: they
 * may have a column of their own that is called so, and behind their name it calls a function.
 */
export function hasSystemColumn({ hidden, relation }: Range, name: string): boolean {
  if (hidden || relation === undefined || !systemColumns.has(name)) return false
  return relation.kind !== 'view' && relation.kind !== 'composite-type'
}

/** The own name of the column that an item has under a name, system columns included; undefined where none is known. */
export function columnOf(range: Range, name: string): string | undefined {
  return range.columns?.get(name) ?? (hasSystemColumn(range, name) ? name : undefined)
}
