/** How often something may happen for each of many names, in a minute. A name that rests is forgotten. */
export class RatePerMinute {
  readonly #most: number
  readonly #monotonicMs: () => number
  readonly #spent = new Map<string, { readonly left: number; readonly atMs: number }>()
  readonly #mostNames: number

  constructor(most: number, monotonicMs: () => number, mostNames = 10_000) {
    this.#most = most
    this.#monotonicMs = monotonicMs
    this.#mostNames = mostNames
  }

  /** 0 when it may happen now; otherwise the seconds until it may. Every name past the most that are kept waits. */
  take(name: string): number {
    const nowMs = this.#monotonicMs()
    const perMs = this.#most / 60_000
    const last = this.#spent.get(name)
    if (last === undefined && this.#spent.size >= this.#mostNames) this.#forget(nowMs)
    if (last === undefined && this.#spent.size >= this.#mostNames) return 60
    const left = last === undefined ? this.#most : Math.min(this.#most, last.left + (nowMs - last.atMs) * perMs)
    if (left < 1) return Math.ceil((1 - left) / perMs / 1000)
    this.#spent.set(name, { left: left - 1, atMs: nowMs })
    return 0
  }

  #forget(nowMs: number): void {
    for (const [name, { atMs }] of this.#spent) if (nowMs - atMs >= 60_000) this.#spent.delete(name)
  }
}
