import type { CopyFormat } from '../analyzer/copy-format.js'

/** Finds where rows of COPY end, in pieces as they come. */
export interface CopyRowEnds {
  /** Where the row at hand ends in the next piece; -1: not in it. */
  next(piece: Buffer, start: number, end: number): number
}

export function copyRowEnds(format: CopyFormat): CopyRowEnds {
  switch (format.kind) {
    case 'text':
      // A value has none: it is written as a letter behind a backslash.
      return { next: (piece, start, end) => endOfLine(piece, start, end) }
    case 'csv':
      return new CsvLineEnds(format.quote, format.escape)
    case 'binary':
      return new BinaryRowEnds()
  }
}

const newline = 0x0a

function endOfLine(piece: Buffer, start: number, end: number): number {
  const at = piece.indexOf(newline, start)
  return at < 0 || at >= end ? -1 : at + 1
}

/** Lines that end outside of quotes. */
class CsvLineEnds implements CopyRowEnds {
  readonly #quote: number
  readonly #escape: number
  #inside = false
  #escaped = false

  constructor(quote: number, escape: number) {
    this.#quote = quote
    // A quote that stands for itself by another one ends the value and begins it anew.
    this.#escape = escape === quote ? -1 : escape
  }

  next(piece: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = piece[at]
      if (this.#escaped) this.#escaped = false
      else if (byte === this.#quote) this.#inside = !this.#inside
      else if (this.#inside && byte === this.#escape) this.#escaped = true
      else if (!this.#inside && byte === newline) return at + 1
    }
    return -1
  }
}

/** Rows that begin with the number of their cells, each of which begins with its length. */
class BinaryRowEnds implements CopyRowEnds {
  /** Cells that are still to come; -1: their number is. */
  #cells = -1
  /** The number at hand, and how many bytes of it are still to come. */
  #number = 0
  #digits = 2
  /** How many bytes of the cell at hand are still to come. */
  #skipped = 0

  next(piece: Buffer, start: number, end: number): number {
    for (let at = start; at < end;) {
      if (this.#skipped > 0) {
        const count = Math.min(this.#skipped, end - at)
        this.#skipped -= count
        at += count
      } else {
        this.#number = (this.#number << 8) | (piece[at] ?? 0)
        this.#digits -= 1
        at += 1
        if (this.#digits === 0) this.#take(this.#number)
      }
      if (this.#cells === 0 && this.#skipped === 0) {
        this.#cells = -1
        this.#digits = 2
        return at
      }
    }
    return -1
  }

  #take(number: number): void {
    const isCount = this.#cells < 0
    // The trailer is a row of its own, of no cells.
    if (isCount) this.#cells = number === 0xffff ? 0 : number
    else {
      this.#cells -= 1
      this.#skipped = Math.max(number, 0)
    }
    this.#number = 0
    this.#digits = 4
  }
}
