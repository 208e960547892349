/** Those who wait for one sync. */
class Batch {
  readonly done: Promise<void>
  resolve: () => void = () => undefined
  reject: (error: unknown) => void = () => undefined

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // A sync in the background has nobody who waits; its failure shows at the next append.
    this.done.catch(() => undefined)
  }
}

/**
 * Group commit: one sync serves everybody who joined before it began, and those who join meanwhile share the next.
 * There is never more than one at a time, because two on one file would hide each other's error.
 */
export class GroupCommit {
  readonly #sync: () => Promise<void>
  #next: Batch | undefined
  #running: Promise<void> | undefined

  /** `sync` makes everything durable that was written before it was called. */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Resolves when a sync that began after this call is done; rejects with its error. */
  join(): Promise<void> {
    this.#next ??= new Batch()
    this.#running ??= this.#run()
    return this.#next.done
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    // Everything that this turn of the event loop still appends shares the sync.
    await Promise.resolve()
    for (let batch = this.#next; batch !== undefined; batch = this.#next) {
      this.#next = undefined
      try {
        await this.#sync()
        batch.resolve()
      } catch (error) {
        batch.reject(error)
      }
    }
    this.#running = undefined
  }
}
