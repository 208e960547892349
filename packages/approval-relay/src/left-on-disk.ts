import type { RequestStore } from './store/request-store.js'

/** Requests that are over and not removed from disk yet, each with the number of its last answer. */
export class LeftOnDisk {
  readonly #store: RequestStore
  readonly #left = new Map<string, number>()
  readonly #removing = new Set<string>()

  constructor(store: RequestStore) {
    this.#store = store
  }

  add(id: string, lastN: number): void {
    this.#left.set(id, lastN)
  }

  ids(): readonly string[] {
    return [...this.#left.keys()]
  }

  /** Removes one, unless it is gone or being removed. Rejects when the disk does not let it go; then it stays to be tried again. */
  async remove(id: string): Promise<void> {
    const lastN = this.#left.get(id)
    if (lastN === undefined || this.#removing.has(id)) return
    this.#removing.add(id)
    try {
      await this.#store.remove(id, lastN)
      this.#left.delete(id)
    } finally {
      this.#removing.delete(id)
    }
  }
}
