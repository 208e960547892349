import type { StartTimer } from '../../../src/masking/index.js'

/** Time that passes by hand. */
export class HandTimer {
  readonly #waiting = new Map<() => void, number>()

  readonly start: StartTimer = (ms, callback) => {
    const once = (): void => {
      callback()
    }
    this.#waiting.set(once, ms)
    return () => {
      this.#waiting.delete(once)
    }
  }

  /** How long those wait that nobody stopped. */
  get waits(): readonly number[] {
    return [...this.#waiting.values()]
  }

  /** Lets the time of all come. */
  fire(): void {
    const due = [...this.#waiting.keys()]
    this.#waiting.clear()
    for (const callback of due) callback()
  }
}
