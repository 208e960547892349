/** How many batches go through before a larger one is tried behind one that was refused: at first, and at most. */
const [firstPatience, mostPatience] = [8, 256]

/**
 * How many events go to a sink at once. What is refused goes in halves until it goes through; what went through is remembered, and
 * more than that is tried now and then, by an eighth.
 */
export class BatchSize {
  #now = Infinity
  /** The largest batch that went through. */
  #through = 0
  /** The smallest one that was refused. */
  #refused = Infinity
  #calm = 0
  #patience = firstPatience

  /** The most events of the next batch. */
  get now(): number {
    return this.#now
  }

  /** A batch of so many events went through. */
  taken(count: number): void {
    // Of what was no whole batch nothing is learnt.
    if (count < this.#now) return
    this.#through = count
    this.#calm++
    if (count * 2 < this.#refused) this.#now = count * 2
    else if (this.#calm >= this.#patience) {
      this.#calm = 0
      this.#now = count + Math.ceil(count / 8)
    }
  }

  /** A batch of so many events was refused. */
  refused(count: number): void {
    this.#calm = 0
    // An event that is refused alone says nothing of others.
    this.#refused = count === 1 ? Infinity : count
    if (this.#through > 0 && this.#through < count) {
      this.#now = this.#through
      this.#patience = Math.min(mostPatience, this.#patience * 2)
      return
    }
    this.#through = 0
    this.#now = Math.ceil(count / 2)
  }
}
