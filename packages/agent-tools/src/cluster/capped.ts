/** A text of at most so many bytes, and whether something of it is missing. */
export interface Capped {
  readonly text: string
  readonly isCut: boolean
}

/** The beginning of a text. */
export function beginning(text: string, bytes: number): Capped {
  if (Buffer.byteLength(text) <= bytes) return { text, isCut: false }
  const kept = Buffer.from(text).subarray(0, bytes)
  return { text: wholeCharacters(kept), isCut: true }
}

/** What of an output is kept: its beginning, or its end, however long it is. */
export class Kept {
  readonly #bytes: number
  readonly #side: 'beginning' | 'end'
  #parts: Buffer[] = []
  #kept = 0
  /** How many bytes there were. */
  total = 0

  constructor(bytes: number, side: 'beginning' | 'end') {
    this.#bytes = bytes
    this.#side = side
  }

  add(part: Buffer): void {
    this.total += part.length
    if (this.#side === 'beginning') {
      const room = this.#bytes - this.#kept
      if (room > 0) this.#keep(part.subarray(0, room))
      return
    }
    this.#keep(part.length > this.#bytes ? part.subarray(part.length - this.#bytes) : part)
    // As seldom as memory allows: each time costs as much as is kept.
    if (this.#kept > 4 * this.#bytes) this.#onlyTheEnd()
  }

  get capped(): Capped {
    if (this.#side === 'end') this.#onlyTheEnd()
    const isCut = this.total > this.#bytes
    const kept = Buffer.concat(this.#parts)
    return { text: isCut ? wholeCharacters(kept) : kept.toString('utf8'), isCut }
  }

  /** A copy: a part may be a window on far more. */
  #keep(part: Buffer): void {
    this.#parts.push(Buffer.from(part))
    this.#kept += part.length
  }

  #onlyTheEnd(): void {
    const all = Buffer.concat(this.#parts)
    const end = Buffer.from(all.subarray(Math.max(0, all.length - this.#bytes)))
    this.#parts = [end]
    this.#kept = end.length
  }
}

/** Without the pieces of a character at either side. */
function wholeCharacters(bytes: Buffer): string {
  let start = 0
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++
  const text = bytes.subarray(start).toString('utf8')
  return text.endsWith('\uFFFD') ? text.slice(0, -1) : text
}
