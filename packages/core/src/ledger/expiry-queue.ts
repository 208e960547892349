/** A key and when it expires. `version` tells whether the key was written again since. */
interface Expiry {
  readonly key: string
  readonly version: number
  readonly expiresAtMs: number
}

/** Expiries, soonest first (a binary heap), so that finding the expired ones never looks at all entries. */
export class ExpiryQueue {
  #heap: Expiry[] = []

  get size(): number {
    return this.#heap.length
  }

  get soonest(): Expiry | undefined {
    return this.#heap[0]
  }

  add(expiry: Expiry): void {
    this.#heap.push(expiry)
    let index = this.#heap.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isSooner(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  removeSoonest(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    let index = 0
    for (;;) {
      let sooner = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#heap.length && this.#isSooner(child, sooner)) sooner = child
      }
      if (sooner === index) return
      this.#swap(index, sooner)
      index = sooner
    }
  }

  /** Drops what `isCurrent` says no to: entries that were written again or deleted. */
  retain(isCurrent: (expiry: Expiry) => boolean): void {
    const kept = this.#heap.filter(isCurrent)
    this.#heap = []
    for (const expiry of kept) this.add(expiry)
  }

  #isSooner(a: number, b: number): boolean {
    return (this.#heap[a]?.expiresAtMs ?? Infinity) < (this.#heap[b]?.expiresAtMs ?? Infinity)
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]]
    if (first === undefined || second === undefined) return
    this.#heap[a] = second
    this.#heap[b] = first
  }
}
