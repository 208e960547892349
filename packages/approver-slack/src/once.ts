interface Taken {
  readonly of: string
  readonly endsAtMs: number
}

/**
 * Remembers for a time what was taken, so that nothing is taken twice. Full: it takes nothing and forgets nothing early. Nobody
 * fills it for others: each has a share.
 */
export class Once {
  readonly #windowMs: number
  readonly #capacity: number
  readonly #share: number
  readonly #monotonicMs: () => number
  /** In the order in which they end, because each is kept for the same time. */
  readonly #taken = new Map<string, Taken>()
  readonly #counts = new Map<string, number>()

  constructor(windowMs: number, { capacity, share }: { capacity: number; share: number }, monotonicMs: () => number) {
    this.#windowMs = windowMs
    this.#capacity = capacity
    this.#share = share
    this.#monotonicMs = monotonicMs
  }

  /** `of`: whose share it is taken from. */
  take(of: string, key: string): 'first' | 'again' | 'full' {
    const nowMs = this.#monotonicMs()
    for (const [name, taken] of this.#taken) {
      if (taken.endsAtMs >= nowMs) break
      this.#taken.delete(name)
      this.#count(taken.of, -1)
    }
    const name = JSON.stringify([of, key])
    if (this.#taken.has(name)) return 'again'
    if (this.#taken.size >= this.#capacity) return 'full'
    if ((this.#counts.get(of) ?? 0) >= this.#share) return 'full'
    this.#taken.set(name, { of, endsAtMs: nowMs + this.#windowMs })
    this.#count(of, 1)
    return 'first'
  }

  #count(of: string, by: number): void {
    const count = (this.#counts.get(of) ?? 0) + by
    if (count === 0) this.#counts.delete(of)
    else this.#counts.set(of, count)
  }
}
