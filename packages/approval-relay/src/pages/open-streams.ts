const mostOpen = 1_000
const mostOfOne = 12

/** How many streams are open, each for one person: so many of one, and of all. */
export class OpenStreams {
  readonly #of = new Map<string, number>()
  #all = 0

  /**
   * Takes a place for a person before their stream begins, so that many that come at once are no more than so many. Answers how to
   * give it back, which counts once; undefined when there is none. A stream that never begins gives it back when `signal` aborts.
   */
  take(person: string, signal: AbortSignal): (() => void) | undefined {
    const own = this.#of.get(person) ?? 0
    if (own >= mostOfOne || this.#all >= mostOpen || signal.aborted) return undefined
    this.#of.set(person, own + 1)
    this.#all++
    const taken = new AbortController()
    const giveBack = (): void => {
      if (taken.signal.aborted) return
      taken.abort()
      this.#all--
      const left = (this.#of.get(person) ?? 1) - 1
      if (left === 0) this.#of.delete(person)
      else this.#of.set(person, left)
    }
    signal.addEventListener('abort', giveBack, { once: true, signal: taken.signal })
    return giveBack
  }
}
