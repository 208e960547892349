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

  /**
   * 0 when it may happen now; otherwise the seconds until it may. Every name past the most that are kept waits. What weighs as
   * much as several is as many; what weighs more than the most is the most, so that it may happen at all.
   */
  take(name: string, weight = 1): number {
    const nowMs = this.#monotonicMs()
    const perMs = this.#most / 60_000
    const last = this.#spent.get(name)
    if (last === undefined && this.#spent.size >= this.#mostNames) this.#forget(nowMs)
    if (last === undefined && this.#spent.size >= this.#mostNames) return 60
    const left = last === undefined ? this.#most : Math.min(this.#most, last.left + (nowMs - last.atMs) * perMs)
    const taken = Math.min(weight, this.#most)
    if (left < taken) return Math.ceil((taken - left) / perMs / 1000)
    this.#spent.set(name, { left: left - taken, atMs: nowMs })
    return 0
  }

  #forget(nowMs: number): void {
    for (const [name, { atMs }] of this.#spent) if (nowMs - atMs >= 60_000) this.#spent.delete(name)
  }
}

/** The same for the names of each of some groups, so that a group which makes up many names uses up nothing of another. */
export class RatePerMinuteWithin {
  readonly #groups = new Map<string, RatePerMinute>()
  readonly #make: () => RatePerMinute

  constructor(...options: ConstructorParameters<typeof RatePerMinute>) {
    this.#make = () => new RatePerMinute(...options)
  }

  /** See `RatePerMinute`. */
  take(group: string, name: string): number {
    const rate = this.#groups.get(group) ?? this.#make()
    this.#groups.set(group, rate)
    return rate.take(name)
  }
}
