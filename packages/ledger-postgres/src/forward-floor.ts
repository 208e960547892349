import type { Clock } from '@bothkeys/core'

/**
 * The earliest time that the ledger may have now, in this process (RULES 20): the last time that it told, carried on by the
 * monotonic clock. A server whose clock is set back therefore goes on from here.
 */
export class ForwardFloor {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #toldMs = 0
  #toldAtMs: number

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
    this.#toldAtMs = clock.monotonicMs()
  }

  nowMs(): number {
    if (this.#toldMs === 0) return 0
    const passedMs = this.#clock.monotonicMs() - this.#toldAtMs
    // Also when the clock is broken and tells no number.
    return Math.floor(this.#toldMs + (passedMs > 0 && passedMs < Infinity ? passedMs : 0))
  }

  /** The ledger told its time. */
  told(ms: number): void {
    if (ms <= this.nowMs()) return
    this.#toldMs = ms
    this.#toldAtMs = this.#clock.monotonicMs()
  }
}
