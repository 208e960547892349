/** How much of its room a full cache frees at once. */
const share = 1 / 16

/** Remembers results by exact text, the least recently used dropped first, bounded in entries and in characters. */
export class TextCache<Value> {
  readonly #values = new Map<string, Value>()
  readonly #maxEntries: number
  readonly #maxCharacters: number
  #characters = 0

  constructor(maxEntries: number, maxCharacters: number) {
    this.#maxEntries = maxEntries
    this.#maxCharacters = maxCharacters
  }

  get(text: string): Value | undefined {
    const value = this.#values.get(text)
    if (value === undefined) return undefined
    this.#values.delete(text)
    this.#values.set(text, value)
    return value
  }

  set(text: string, value: Value): void {
    if (this.#values.delete(text)) this.#characters -= text.length
    if (text.length > this.#maxCharacters) return
    this.#values.set(text, value)
    this.#characters += text.length
    if (this.#values.size > this.#maxEntries || this.#characters > this.#maxCharacters) this.#makeRoom(text)
  }

  /** Several at once: finding the oldest entry of a map takes the longer, the more of its entries were deleted. */
  #makeRoom(newest: string): void {
    const entries = this.#maxEntries - Math.floor(this.#maxEntries * share)
    const characters = this.#maxCharacters - Math.floor(this.#maxCharacters * share)
    for (const oldest of this.#values.keys()) {
      if (oldest === newest || (this.#values.size <= entries && this.#characters <= characters)) return
      this.#values.delete(oldest)
      this.#characters -= oldest.length
    }
  }

  get size(): number {
    return this.#values.size
  }
}
