/** Goes from string to string of a text of JSON. It only ever goes on, so that a whole text takes time in proportion to its length. */
export class Strings {
  readonly #text: string
  /** Where the next escape is that is not behind what was asked about. */
  #escape: number

  constructor(text: string) {
    this.#text = text
    this.#escape = placeOf(text, '\\', 0)
  }

  /** Where the string ends that begins with the quote at `start`, behind its closing quote; the end of the text if it does not end. */
  endOf(start: number): number {
    let quote = placeOf(this.#text, '"', start + 1)
    while (this.escapeFrom(start) < quote && isEscaped(this.#text, quote)) quote = placeOf(this.#text, '"', quote + 1)
    return Math.min(quote + 1, this.#text.length)
  }

  /** Where the next escape is, from a place on. */
  escapeFrom(start: number): number {
    if (this.#escape < start) this.#escape = placeOf(this.#text, '\\', start)
    return this.#escape
  }
}

function placeOf(text: string, character: string, start: number): number {
  const place = text.indexOf(character, start)
  return place < 0 ? text.length : place
}

function isEscaped(text: string, quote: number): boolean {
  let start = quote
  while (text.charCodeAt(start - 1) === 0x5c) start -= 1
  return (quote - start) % 2 === 1
}
