import { ColumnSources } from './column-sources.js'
import { unreadable } from './node-tree.js'

/** What one value that a stored query makes is made of. */
export interface MadeColumn {
  readonly sources: ColumnSources
  /** Whether it is the value of one column as it stands. */
  readonly plain: boolean
  /** Whether making it raises no error, whatever the values of its sources. */
  readonly total: boolean
}

/** What is gathered while an expression is read. */
export class Making {
  readonly sources = new ColumnSources()
  total = true

  take({ sources, total }: Omit<MadeColumn, 'plain'>): void {
    this.sources.addAll(sources)
    this.total &&= total
  }
}

/** An item of FROM: its columns by their numbers, 0 for the whole row. */
export type Range = (column: number) => MadeColumn

/** A column that is not the value of one source as it stands. */
export function derived({ sources, total }: Omit<MadeColumn, 'plain'>): MadeColumn {
  return { sources, plain: false, total }
}

/** What is made of all of some columns. */
export function together(columns: readonly MadeColumn[]): MadeColumn {
  const making = new Making()
  for (const column of columns) making.take(column)
  return derived(making)
}

/** An item whose columns stand in a list. */
export function listed(columns: () => readonly MadeColumn[]): Range {
  return (number) => {
    const all = columns()
    const column = number === 0 ? together(all) : all[number - 1]
    if (column === undefined) throw unreadable()
    return column
  }
}

/** Makes a value when it is first asked for. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
