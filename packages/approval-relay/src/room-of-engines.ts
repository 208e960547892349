/** How much of one engine waits, with what is being put on disk. */
interface Used {
  readonly requests: number
  readonly bytes: number
}

const nothing: Used = { requests: 0, bytes: 0 }

/** What the requests of each engine take, counted as they come and go, so that asking costs the same however many wait. */
export class RoomOfEngines {
  readonly #most: Used
  readonly #used = new Map<string, Used>()

  constructor(most: Used) {
    this.#most = most
  }

  /** False, and nothing is taken, when the engine has no room for so many bytes more. */
  take(engine: string, bytes: number): boolean {
    const used = this.#used.get(engine) ?? nothing
    if (used.requests >= this.#most.requests || used.bytes + bytes > this.#most.bytes) return false
    this.restore(engine, bytes)
    return true
  }

  /** Takes what was promised before, whether there is room or not. */
  restore(engine: string, bytes: number): void {
    const used = this.#used.get(engine) ?? nothing
    this.#used.set(engine, { requests: used.requests + 1, bytes: used.bytes + bytes })
  }

  /** Gives back what `take` or `restore` took. */
  release(engine: string, bytes: number): void {
    const used = this.#used.get(engine) ?? nothing
    if (used.requests <= 1) this.#used.delete(engine)
    else this.#used.set(engine, { requests: used.requests - 1, bytes: used.bytes - bytes })
  }
}
