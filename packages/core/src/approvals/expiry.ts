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

  /** `since`: the request was made before, in another process, which told people when it ends. */
  constructor(clock: Clock, ttlMs: number, since?: { readonly elapsedMs: number; readonly expiresAtMs: number }) {
    this.#clock = clock
    this.#ttlMs = ttlMs
    const elapsedMs = since?.elapsedMs ?? 0
    const wallMs = clock.wallMs()
    this.#startWallMs = wallMs - elapsedMs
    this.#startMonotonicMs = clock.monotonicMs() - elapsedMs
    this.#latestWallMs = wallMs
    this.expiresAtMs = since?.expiresAtMs ?? wallMs + ttlMs
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
