import type { Clock } from './clock.js'

/** 9999-12-31T23:59:59.999Z: a clock beyond it is wrong, and its times would not sort as text. */
const maxWallMs = 253_402_300_799_999

/**
 * Wall time that never goes backwards (RULES 20): the later of the wall clock and the last time given out, carried on by
 * the monotonic clock. A wall clock that was set back therefore makes time go on from where it was, not stand still.
 */
export class ForwardTime {
  readonly #clock: Clock
  #wallMs: number
  #monotonicMs: number

  /** `notBeforeMs`: a time that was given out already, for example that of the last event on disk. */
  constructor(clock: Clock, notBeforeMs = 0) {
    this.#clock = clock
    this.#wallMs = notBeforeMs
    this.#monotonicMs = clock.monotonicMs()
  }

  /** The monotonic time at which `nowMs` was called last. */
  get monotonicMs(): number {
    return this.#monotonicMs
  }

  /** Unix time in whole milliseconds. */
  nowMs(): number {
    const monotonicMs = this.#clock.monotonicMs()
    const elapsed = monotonicMs - this.#monotonicMs
    const carried = elapsed > 0 ? this.#wallMs + elapsed : this.#wallMs
    const wallMs = this.#clock.wallMs()
    this.#wallMs = Math.min(wallMs > carried && wallMs <= maxWallMs ? wallMs : carried, maxWallMs)
    if (elapsed > 0) this.#monotonicMs = monotonicMs
    return Math.floor(this.#wallMs)
  }
}
