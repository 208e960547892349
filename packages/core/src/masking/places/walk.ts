import { isPackedUnit, shortestRun } from '../views/packed-runs.js'
import { separators } from '../views/regular.js'
import { keywords } from './keyword-places.js'

/** Is told what there is in a text, in order. */
export interface Walker {
  /** Keywords may end with the unit at `at`: it and those before it are `ends`. */
  words(ends: number, at: number): void
  /** Decimal digits. */
  number(start: number, end: number): void
  /** A unit that a value has in it, or that a view reads otherwise. */
  special(code: number, at: number): void
  /** One of {@link separators}. */
  separator(code: number, at: number): void
  /** A unit that is not ASCII. */
  other(code: number, at: number): void
  /** Units that base64 has, as many as a run has that is decoded. */
  run(start: number, end: number): void
}

/**
 * Goes through the units of a text, behind which is a zero. All that it asks of each unit is in this function, which is called
 * once: a bundle keeps nothing outside of functions constant.
 */
function makeWalk(): (units: Uint16Array, length: number, walker: Walker) => void {
  // What a unit may be, as bits. Six below them say which letter of keywords it is.
  const [letters, digit, packed, separator, special, other] = [63, 64, 128, 256, 512, 1024]
  const { all, bits, codes } = keywords
  const shortest = shortestRun
  const kinds = new Uint16Array(128)
  for (let code = 0; code < 128; code += 1) {
    const unit = String.fromCharCode(code)
    const isSpecial = /[@:%&\\]/.test(unit) || (code < 0x20 && unit !== '\t') || code === 0x7f
    kinds[code] =
      (codes[code] ?? 0) |
      (/\d/.test(unit) ? digit : 0) |
      (isPackedUnit(code) ? packed : 0) |
      (separators.includes(unit) ? separator : 0) |
      (isSpecial ? special : 0)
  }
  return (units, length, walker) => {
    let ends = 0
    let run = 0
    for (let at = -1; ;) {
      let code = 0
      let kind = 0
      let isEnd = 0
      // Most units are letters.
      do {
        at += 1
        code = units[at] ?? 0
        kind = code > 127 ? other : (kinds[code] ?? other)
        ends = ((ends << 6) | (kind & letters)) & all
        isEnd = ((bits[ends >> 5] ?? 0) >>> (ends & 31)) & 1
      } while ((((kind ^ packed) & ~letters) | isEnd) === 0)
      if (at >= length) break
      if (isEnd !== 0) walker.words(ends, at)
      if ((kind & digit) !== 0) {
        const start = at
        for (code = units[at + 1] ?? 0; code >= 0x30 && code <= 0x39; code = units[at + 1] ?? 0) {
          at += 1
          ends = ((ends << 6) | ((kinds[code] ?? 0) & letters)) & all
          if ((((bits[ends >> 5] ?? 0) >>> (ends & 31)) & 1) !== 0) walker.words(ends, at)
        }
        walker.number(start, at + 1)
        continue
      }
      if ((kind & special) !== 0) walker.special(code, at)
      if ((kind & separator) !== 0) walker.separator(code, at)
      if ((kind & packed) !== 0) continue
      if (kind === other) walker.other(code, at)
      if (at - run >= shortest) walker.run(run, at)
      run = at + 1
    }
    if (length - run >= shortest) walker.run(run, length)
  }
}

export const walk = makeWalk()
