/** The most votes of one request that wait at the same time. */
const maxWaiting = 64
/** The most refused votes of one request that are recorded one by one; the rest is counted. */
const maxRecorded = 64

/** Takes the votes of one request in turn and keeps a flood of them bounded. */
export class VoteQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #refused = 0

  get refused(): number {
    return this.#refused
  }

  get full(): boolean {
    return this.#waiting >= maxWaiting
  }

  /** Runs a step after all that came before it. */
  inTurn<T>(step: () => Promise<T>): Promise<T> {
    this.#waiting++
    const turn = this.#tail.then(step).finally(() => {
      this.#waiting--
    })
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  /** Counts a refused vote. Answers whether it should still be recorded by itself. */
  countRefused(): boolean {
    this.#refused++
    return this.#refused <= maxRecorded
  }
}
