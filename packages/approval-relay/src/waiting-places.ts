/** How many questions for answers may wait at once. */
export interface Places {
  readonly perEngine: number
  readonly engines: number
  readonly connections: number
}

/**
 * Who may wait for answers, each on a connection. A quarter of the connections is left for messages and for people. Half of the
 * others are shared out, so that no engine keeps another from waiting; the other half is for whoever comes first.
 */
export class WaitingPlaces {
  readonly #perEngine: number
  readonly #share: number
  readonly #common: number
  readonly #waiting = new Map<string, number>()
  #commonTaken = 0

  constructor({ connections, engines, perEngine }: Places) {
    this.#common = Math.ceil(connections * 0.375)
    this.#share = Math.max(1, Math.floor((connections * 0.375) / Math.max(1, engines)))
    this.#perEngine = perEngine
  }

  /** False when there is no place for the engine now. */
  take(engine: string): boolean {
    const waiting = this.#waiting.get(engine) ?? 0
    if (waiting >= this.#perEngine) return false
    if (waiting >= this.#share) {
      if (this.#commonTaken >= this.#common) return false
      this.#commonTaken++
    }
    this.#waiting.set(engine, waiting + 1)
    return true
  }

  /** Gives back what `take` took. */
  release(engine: string): void {
    const waiting = this.#waiting.get(engine) ?? 0
    // What is past the share was taken of what is common.
    if (waiting > this.#share) this.#commonTaken--
    if (waiting <= 1) this.#waiting.delete(engine)
    else this.#waiting.set(engine, waiting - 1)
  }
}
