/** What slows a loopback door down after many failed logins. */
export interface ThrottleLimits {
  /** Failed logins per minute that cost nothing. */
  readonly maxFailures: number
  /** How long each further attempt has to wait. */
  readonly delayMs: number
}

const windowMs = 60_000

/**
 * Counts failed logins over the last minute. Above the limit every attempt is delayed, not refused: otherwise anybody who
 * reaches the port could lock out the client that knows the password, which nobody guesses anyway.
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

  failed(): void {
    this.#failures.push(this.#now())
    if (this.#failures.length > this.#limits.maxFailures) this.#failures.shift()
  }

  /** How long the next attempt has to wait, in milliseconds. */
  delayMs(): number {
    const { maxFailures, delayMs } = this.#limits
    const [oldest] = this.#failures
    if (oldest === undefined || this.#failures.length < maxFailures) return 0
    return this.#now() - oldest < windowMs ? delayMs : 0
  }
}
