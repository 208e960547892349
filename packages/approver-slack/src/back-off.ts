const longestMs = 60_000

/** When something that failed may be tried again. */
export class BackOff {
  readonly #firstMs: number
  readonly #monotonicMs: () => number
  #failures = 0
  #readyAtMs = Number.NEGATIVE_INFINITY

  constructor(firstMs: number, monotonicMs: () => number) {
    this.#firstMs = firstMs
    this.#monotonicMs = monotonicMs
  }

  /** Milliseconds until it may be tried. */
  get waitMs(): number {
    return Math.max(0, this.#readyAtMs - this.#monotonicMs())
  }

  /** True for the first failure since it last worked. */
  failed(atLeastMs = 0): boolean {
    const waitMs = Math.min(longestMs, this.#firstMs * 2 ** Math.min(this.#failures, 16))
    this.#readyAtMs = this.#monotonicMs() + Math.max(waitMs, atLeastMs)
    this.#failures++
    return this.#failures === 1
  }

  worked(): void {
    this.#failures = 0
    this.#readyAtMs = Number.NEGATIVE_INFINITY
  }
}
