import { Random } from '../../soak/random.js'

/** Random choices among lists. */
export class Choices {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  /** Whether what happens so often of a hundred times happens now. */
  percent(of: number): boolean {
    return this.#random.next() * 100 < of
  }

  upTo(largest: number): number {
    return this.#random.between(0, largest)
  }

  between(from: number, to: number): number {
    return this.#random.between(from, to)
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.#random.between(0, items.length - 1)]
    if (item === undefined) throw new RangeError('nothing to choose from')
    return item
  }

  times<Item>(count: number, make: (index: number) => Item): readonly Item[] {
    return Array.from({ length: count }, (_, index) => make(index))
  }
}
