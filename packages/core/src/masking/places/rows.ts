import type { Span } from '../span.js'
import { goesOn, regularEdits, rowBefore, separators } from '../views/regular.js'

/** So many units back are known as bits. */
const seen = 30
/** Rows as bits of how far separators are back: two in a step of 4 to 8, or four in steps of 2 or 3. */
const twoApart = 0x1f0
const [fourByTwo, fourByThree] = [0x54, 0x248]
const inSteps = [2, 3, 4, 5, 6, 7, 8].map(
  (step) => [step, step === 2 ? fourByTwo : step === 3 ? fourByThree : 1 << step, rowAsFarAsSeen(step)] as const,
)
/** How much is looked at beside a row: numbers, and what words say of them. */
const beside = 128

/** After how many separators a row that goes on is looked at: sooner than a part of it is full. */
const looksEvery = 24

const indexOf = new Uint8Array(128)
for (const [index, one] of separators.entries()) indexOf[one.charCodeAt(0)] = index

/** Looks for separators at equal distances while a text is gone through. */
export class Rows {
  readonly #text: string
  readonly #finds: (text: string) => boolean
  /** By separator: where the last one is, and what is before it. */
  readonly #last = [-64, -64, -64, -64, -64, -64, -64]
  readonly #bits = [0, 0, 0, 0, 0, 0, 0]
  readonly #waits: number[] = []
  #returns = 0
  #lastReturn = -128

  /** `finds` says whether something is found in a text as it is. */
  constructor(text: string, finds: (text: string) => boolean) {
    this.#text = text
    this.#finds = finds
  }

  /** Tells of a return before a line break, which views leave out. */
  returned(at: number): void {
    this.#returns += 1
    this.#lastReturn = at
  }

  /**
   * The row that ends, for now, with the separator at `at`, if something is found without its separators.
   * `lastSign` is where the last digit or `@` is.
   */
  separator(code: number, at: number, lastSign: number): Span | undefined {
    const which = indexOf[code] ?? 0
    const place = at - this.#returns
    const back = place - (this.#last[which] ?? 0)
    this.#last[which] = place
    const bits = (back > seen ? 0 : (this.#bits[which] ?? 0) << back) | 1
    this.#bits[which] = bits
    if ((bits & twoApart) === 0 && (bits & fourByTwo) !== fourByTwo && (bits & fourByThree) !== fourByThree)
      return undefined
    const isBare = place - lastSign > seen + 8 && !isSignAhead(this.#text, at)
    for (const [step, wanted, longer] of inSteps) {
      if ((bits & wanted) !== wanted || (isBare && (bits & longer) !== longer)) continue
      if (at - this.#lastReturn <= 64) {
        if (hasDigits(this.#text, at)) return { start: at - step, end: at + 1 }
      } else {
        // A row is looked at where it ends, and now and then.
        this.#waits[which * 9 + step] = goesOn(this.#text, at, step)
          ? ((this.#waits[which * 9 + step] ?? 0) + 1) % looksEvery
          : 0
        if (this.#waits[which * 9 + step] !== 0) continue
        const row = rowBefore(this.#text, at, step)
        if (row === undefined) continue
        if (this.#isHot(row, this.#text.charAt(at))) {
          return row
        }
      }
    }
    return undefined
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

function rowAsFarAsSeen(step: number): number {
  let bits = 0
  for (let back = step; back <= seen; back += step) bits |= 1 << back
  return bits
}

/** Whether a digit or an `@` is in the next group. */
function isSignAhead(text: string, at: number): boolean {
  for (let place = at + 1; place < at + 8; place += 1) {
    const code = text.charCodeAt(place)
    if ((code >= 0x30 && code <= 0x39) || code === 0x40) return true
  }
  return false
}

/** Whether a row of separators that returns interrupt may hold a value. */
function hasDigits(text: string, at: number): boolean {
  return (text.slice(Math.max(0, at - 64), at + 64).match(/\d/g)?.length ?? 0) >= 3
}
