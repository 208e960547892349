import type { Span } from '../span.js'
import { fewestDigits, longestStep, regularEdits, rowBefore, separators } from '../views/regular.js'

/** So many units back are known as bits. */
const seen = 30
/** Rows as bits of how far separators are back: two in a step of 4 to 8, or four in steps of 2 or 3. */
const twoApart = 0x1f0
const [fourByTwo, fourByThree] = [0x54, 0x248]
/** Further than any text goes. */
const never = 2 ** 30
/** How much is looked at beside a row: numbers, and what words say of them. */
const beside = 128

/** After how many separators a row that goes on is looked at: sooner than a part of it is full. */
const looksEvery = 24

const indexOf = new Uint8Array(128)
for (const [index, one] of separators.entries()) indexOf[one.charCodeAt(0)] = index

/** Looks for separators at equal distances while a text is gone through. */
export class Rows {
  readonly #text: string
  readonly #units: Uint16Array
  readonly #finds: (text: string) => boolean
  /** By separator: where the last one is, and what is before it. */
  readonly #last = [-64, -64, -64, -64, -64, -64, -64]
  readonly #bits = [0, 0, 0, 0, 0, 0, 0]
  readonly #waits: number[] = []
  #returns = 0
  #lastReturn = -128
  #lastAt = -128
  #nextAt = -1

  /** `units` are those of the text; `finds` says whether something is found in a text as it is. */
  constructor(text: string, units: Uint16Array, finds: (text: string) => boolean) {
    this.#text = text
    this.#units = units
    this.#finds = finds
  }

  /** Tells of a return before a line break, which views leave out. */
  returned(at: number): void {
    this.#returns += 1
    this.#lastReturn = at
  }

  /**
   * The row that ends, for now, with the separator at `at`, if something is found without its separators. `lastDigit` is where
   * the last digit is: a row has one before its last separator, or an `@` beside one.
   */
  separator(code: number, at: number, lastDigit: number): Span | undefined {
    const which = indexOf[code] ?? 0
    const place = at - this.#returns
    const back = place - (this.#last[which] ?? 0)
    this.#last[which] = place
    const bits = (back > seen ? 0 : (this.#bits[which] ?? 0) << back) | 1
    this.#bits[which] = bits
    let steps = bits & twoApart
    if ((bits & fourByTwo) === fourByTwo) steps |= 1 << 2
    if ((bits & fourByThree) === fourByThree) steps |= 1 << 3
    if (steps === 0) return undefined
    if (at - this.#lastReturn <= 64) return this.#returned(bits, at)
    // Far from digits, only a row matters that goes on further than is seen.
    if (at - lastDigit >= seen && bits >>> (seen - longestStep) === 0 && !this.#isAtWithin(at, seen, longestStep))
      return undefined
    // No blank is between two of a row.
    if (code === 0x20) steps &= 1 << back
    for (; steps !== 0; steps &= steps - 1) {
      const step = 31 - Math.clz32(steps & -steps)
      const reach = reachOf(bits, step)
      if (reach <= seen && at - lastDigit >= reach && !this.#isAtWithin(at, reach, step)) continue
      const row = this.#row(which, at, step, reach)
      if (row !== undefined) return row
    }
    return undefined
  }

  /** Whether an `@` is less than `back` before a place, or less than `ahead` behind it. Places are asked for in order. */
  #isAtWithin(place: number, back: number, ahead: number): boolean {
    while (this.#nextAt < place) {
      this.#lastAt = this.#nextAt
      const next = this.#text.indexOf('@', this.#nextAt + 1)
      this.#nextAt = next < 0 ? never : next
    }
    return place - this.#lastAt < back || this.#nextAt - place < ahead
  }

  /** The same where returns interrupt rows. */
  #returned(bits: number, at: number): Span | undefined {
    for (let step = 2; step <= longestStep; step += 1) {
      if (reachOf(bits, step) > 0 && hasDigits(this.#text, at)) return { start: at - step, end: at + 1 }
    }
    return undefined
  }

  /** A row is looked at where it ends, and now and then. */
  #row(which: number, at: number, step: number, reach: number): Span | undefined {
    const wait = which * 9 + step
    const waits = this.#goesOn(at, step) ? ((this.#waits[wait] ?? 0) + 1) % looksEvery : 0
    this.#waits[wait] = waits
    if (waits !== 0 || (reach <= seen && !this.#mayHold(at - reach, at + step))) return undefined
    const row = rowBefore(this.#units, at, step)
    return row !== undefined && this.#isHot(row, this.#text.charAt(at)) ? row : undefined
  }

  /** Whether the row of separators goes on behind one. No blank is between two of a row. */
  #goesOn(at: number, step: number): boolean {
    const units = this.#units
    const code = units[at]
    if (units[at + step] !== code) return false
    for (let place = at + 1; code === 0x20 && place < at + step; place += 1) if (units[place] === code) return false
    return true
  }

  /** Whether the part has as many digits as a value has that is written in groups, or an `@`. */
  #mayHold(start: number, end: number): boolean {
    let digits = 0
    for (let at = Math.max(0, start); at < end; at += 1) {
      const code = this.#units[at] ?? 0
      if (code === 0x40) return true
      if (code >= 0x30 && code <= 0x39) digits += 1
    }
    return digits >= fewestDigits
  }

  #isHot({ start, end }: Span, separator: string): boolean {
    const part = this.#text.slice(Math.max(0, start - beside), end + beside)
    let joined = ''
    let done = 0
    for (const edit of regularEdits(part, separator)) {
      joined += part.slice(done, edit.start)
      done = edit.end
    }
    return done > 0 && this.#finds(joined + part.slice(done))
  }
}

/**
 * How far back a row in this step goes that ends here, with the group before it: more than is seen when it may go on there.
 * None: too few separators follow each other.
 */
function reachOf(bits: number, step: number): number {
  const wanted = step === 2 ? fourByTwo : step === 3 ? fourByThree : 1 << step
  if ((bits & wanted) !== wanted) return 0
  let reach = step
  while (reach <= seen && (bits & (1 << reach)) !== 0) reach += step
  return reach
}

/** Whether a row of separators that returns interrupt may hold a value. */
function hasDigits(text: string, at: number): boolean {
  return (text.slice(Math.max(0, at - 64), at + 64).match(/\d/g)?.length ?? 0) >= 3
}
