/** What slows a loopback door down after many failed logins. */
export interface ThrottleLimits {
  /** Failed logins per minute that cost nothing. */
  readonly maxFailures: number
  /** How long each further failure waits for its answer. */
  readonly delayMs: number
}

const windowMs = 60_000

/**
 * Counts failed logins over the last minute. Above the limit the answer to a failure comes late. Who fails waits, and nobody
 * else: otherwise anybody who reaches the door could slow down or lock out the clients that know their password, which
 * nobody guesses anyway.
 */
export class LoginThrottle {
  readonly #limits: ThrottleLimits
  readonly #now: () => number
  /** When the latest failures happened, oldest first. */
  readonly #failures: number[] = []

  /** `now` is monotonic, in milliseconds. */
  constructor(limits: ThrottleLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /** A login failed. Answers how long it waits to be told so, in milliseconds. */
  failed(): number {
    const delayMs = this.#delayMs()
    this.#failures.push(this.#now())
    if (this.#failures.length > this.#limits.maxFailures) this.#failures.shift()
    return delayMs
  }

  #delayMs(): number {
    const { maxFailures, delayMs } = this.#limits
    const [oldest] = this.#failures
    if (oldest === undefined || this.#failures.length < maxFailures) return 0
    return this.#now() - oldest < windowMs ? delayMs : 0
  }
}
