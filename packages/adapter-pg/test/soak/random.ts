/** Random choices that a seed repeats (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Choices of their own for somebody else. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 31))
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  /** One of the choices, each as likely as its weight says. */
  choose<Choice extends string>(weights: Readonly<Record<Choice, number>>): Choice {
    const choices = Object.entries<number>(weights) as [Choice, number][]
    const total = choices.reduce((sum, [, weight]) => sum + weight, 0)
    let left = this.next() * total
    for (const [choice, weight] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    throw new RangeError('nothing to choose from')
  }
}
