/** Remembers for a time what was taken, so that nothing is taken twice. Full: it takes nothing and forgets nothing early. */
export class Once {
  readonly #windowMs: number
  readonly #capacity: number
  readonly #monotonicMs: () => number
  /** In the order in which they end, because each is kept for the same time. */
  readonly #taken = new Map<string, number>()

  constructor(windowMs: number, capacity: number, monotonicMs: () => number) {
    this.#windowMs = windowMs
    this.#capacity = capacity
    this.#monotonicMs = monotonicMs
  }

  take(key: string): 'first' | 'again' | 'full' {
    const nowMs = this.#monotonicMs()
    for (const [name, endsAtMs] of this.#taken) {
      if (endsAtMs >= nowMs) break
      this.#taken.delete(name)
    }
    if (this.#taken.has(key)) return 'again'
    if (this.#taken.size >= this.#capacity) return 'full'
    this.#taken.set(key, nowMs + this.#windowMs)
    return 'first'
  }
}
