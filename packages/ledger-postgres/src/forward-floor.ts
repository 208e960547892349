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
    return this.#toldMs === 0 ? 0 : Math.floor(this.#toldMs + Math.max(0, this.#clock.monotonicMs() - this.#toldAtMs))
  }

  /** The ledger told its time. */
  told(ms: number): void {
    if (ms <= this.nowMs()) return
    this.#toldMs = ms
    this.#toldAtMs = this.#clock.monotonicMs()
  }
}
