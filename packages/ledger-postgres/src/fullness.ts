import type { Clock } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'

/** How old a count may be. */
const maxAgeMs = 2_000

/** Whether the ledger takes new keys (RULES 21). It never drops an entry that has not expired. */
export class Fullness {
  readonly #maxEntries: number
  readonly #count: (upTo: number) => Promise<number>
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #countedAtMs = -Infinity
  #entries = 0

  /** `count` counts the entries that have not expired, at most up to a number. */
  constructor(maxEntries: number, count: (upTo: number) => Promise<number>, clock: Pick<Clock, 'monotonicMs'>) {
    this.#maxEntries = maxEntries
    this.#count = count
    this.#clock = clock
  }

  /** Throws ERR_LIMIT_EXCEEDED when a change that lets the ledger grow by so many entries does not fit. */
  async assertRoom(growth: number): Promise<void> {
    if (growth <= 0) return
    const nowMs = this.#clock.monotonicMs()
    if (!(nowMs - this.#countedAtMs < maxAgeMs) || this.#entries + growth > this.#maxEntries) {
      this.#entries = await this.#count(this.#maxEntries)
      this.#countedAtMs = nowMs
    }
    if (this.#entries + growth > this.#maxEntries) {
      throw new BothKeysError(
        'ERR_LIMIT_EXCEEDED',
        `the ledger holds its ${String(this.#maxEntries)} entries, so nothing ran`,
        { hint: 'wait until entries expire, or raise postgresLedger({ maxEntries })' },
      )
    }
    this.#entries += growth
  }
}
