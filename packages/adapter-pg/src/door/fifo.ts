/** First in, first out, in constant time for any length. `Array.shift` moves every element of a long array. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = []
  #head = 0
  #taken = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  /** How many items were ever taken out. */
  get taken(): number {
    return this.#taken
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  /** The first item, which stays. */
  peek(): Item | undefined {
    return this.#items[this.#head]
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head]
    if (this.#head === this.#items.length) return undefined
    this.#items[this.#head] = undefined
    this.#head += 1
    this.#taken += 1
    if (this.#head === this.#items.length) this.#items.length = this.#head = 0
    else if (this.#head >= 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }
}
