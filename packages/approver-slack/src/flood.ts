const minuteMs = 60_000
/** However many engines there are, people read no more. */
const perMinuteOfAll = 40

/** How many messages the engines may still have posted in this minute. */
export class Flood {
  readonly #perMinute: number
  readonly #monotonicMs: () => number
  #endsAtMs = Number.NEGATIVE_INFINITY
  #all = 0
  readonly #of = new Map<string, number>()

  constructor(perMinute: number, monotonicMs: () => number) {
    this.#perMinute = perMinute
    this.#monotonicMs = monotonicMs
  }

  /** Takes one message of an engine. False when it has had its share of the minute. */
  take(engine: string): boolean {
    const nowMs = this.#monotonicMs()
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + minuteMs
      this.#all = 0
      this.#of.clear()
    }
    const of = this.#of.get(engine) ?? 0
    if (of >= this.#perMinute || this.#all >= perMinuteOfAll) return false
    this.#of.set(engine, of + 1)
    this.#all++
    return true
  }
}
