/** Columns of relations: ids of relations with numbers of columns, 0 for a whole row. */
export class ColumnSources {
  readonly #columns = new Map<number, Set<number>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(relation: number, column: number): void {
    const columns = this.#columns.get(relation)
    if (columns === undefined) this.#columns.set(relation, new Set([column]))
    else if (columns.has(column)) return
    else columns.add(column)
    this.#size += 1
  }

  addAll(others: ColumnSources): void {
    for (const [relation, column] of others) this.add(relation, column)
  }

  *[Symbol.iterator](): IterableIterator<readonly [relation: number, column: number]> {
    for (const [relation, columns] of this.#columns) for (const column of columns) yield [relation, column]
  }
}
