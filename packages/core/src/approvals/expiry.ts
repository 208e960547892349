import type { Clock } from '../model/clock.js'

/**
 * The life of one request, by wall clock and monotonic clock, whichever runs faster. A wall clock that goes backwards
 * ends it: nobody can then say how old it is (RULES 20). Once over, it stays over.
 */
export class Expiry {
  /** Unix milliseconds, for people. */
  readonly expiresAtMs: number
  readonly #clock: Clock
  readonly #ttlMs: number
  readonly #startWallMs: number
  readonly #startMonotonicMs: number
  #latestWallMs: number
  #over = false

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#startWallMs = clock.wallMs()
    this.#startMonotonicMs = clock.monotonicMs()
    this.#latestWallMs = this.#startWallMs
    this.expiresAtMs = this.#startWallMs + ttlMs
  }

  /** Milliseconds since the request was made. */
  elapsedMs(): number {
    const wall = this.#clock.wallMs()
    if (wall < this.#latestWallMs) this.#over = true
    else this.#latestWallMs = wall
    return Math.max(wall - this.#startWallMs, this.#clock.monotonicMs() - this.#startMonotonicMs)
  }

  remainingMs(): number {
    const remaining = this.#ttlMs - this.elapsedMs()
    if (!(remaining > 0)) this.#over = true
    return this.#over ? 0 : remaining
  }

  expired(): boolean {
    return this.remainingMs() === 0
  }
}
