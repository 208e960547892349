/** The longest of them, in characters. */
const longest = 256

/** Up to what ends a text in a text. A quote that something goes on behind is a part of it. */
const run = /(?:[^\s"']|["'](?![,:;}\])>\s]|$))*/y

/** A host may begin behind it. */
const sign = /@(?=[\w[.-])/g

/**
 * Where passwords end that were typed into URLs as they are: people leave signs that should be encoded, so that a path seems to begin in a
 * password. Asked from left to right; however often, the text is gone through once.
 */
export class PasswordsAsTyped {
  readonly #text: string
  #signs: Iterator<RegExpExecArray, undefined> | undefined
  #next: number | undefined
  #last = -1
  #runEnd = -1

  constructor(text: string) {
    this.#text = text
  }

  /** The last sign in front of a host that a password which begins here may reach. */
  endOf(start: number): number | undefined {
    const most = Math.min(start + longest, this.#runEndOf(start))
    this.#signs ??= this.#text.matchAll(sign)
    this.#next ??= this.#take()
    while (this.#next <= most) {
      this.#last = this.#next
      this.#next = this.#take()
    }
    return this.#last >= start ? this.#last : undefined
  }

  #take(): number {
    return this.#signs?.next().value?.index ?? Infinity
  }

  #runEndOf(start: number): number {
    if (start > this.#runEnd) {
      run.lastIndex = start
      this.#runEnd = start + (run.exec(this.#text)?.[0].length ?? 0)
    }
    return this.#runEnd
  }
}
