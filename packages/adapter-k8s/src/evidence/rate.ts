import { BothKeysError } from '@bothkeys/core/adapter'

/** The most requests of one root run within a minute that are looked at, whatever sessions it opens. */
const perMinute = 300
const minuteMs = 60_000
const mostKnown = 4_096

/** Counts what is looked at, so that nobody has the door flood the API server (RULES 28). */
export class LookRate {
  readonly #now: () => number
  /** By root run, the latest ones last. */
  readonly #made = new Map<string, { sinceMs: number; count: number }>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Throws ERR_LIMIT_EXCEEDED when it is too many. */
  take(run: string): void {
    const nowMs = this.#now()
    const known = this.#made.get(run)
    const window = known !== undefined && nowMs - known.sinceMs < minuteMs ? known : { sinceMs: nowMs, count: 0 }
    if (window.count >= perMinute) {
      throw new BothKeysError(
        'ERR_LIMIT_EXCEEDED',
        `more than ${String(perMinute)} changes within a minute cannot be looked at, so nothing was sent`,
        { hint: 'wait a minute, and send it again' },
      )
    }
    window.count += 1
    this.#made.delete(run)
    this.#made.set(run, window)
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= mostKnown) break
      this.#made.delete(oldest)
    }
  }
}
