import { longEnough, mayStandBefore, mayStandBehind } from '../detectors/context-words.js'
import type { Span } from '../span.js'
import { gap } from '../views/edited.js'
import { escapeAt } from '../views/escapes.js'
import { isPacked } from '../views/packed-runs.js'
import { continued } from '../views/unwrapped.js'
import { isWordAt } from './keyword-ends.js'
import { keywordPlace, keywords, longestOther, otherList, phoneList } from './keyword-places.js'
import { isGluedChain, isHotAccount, isHotAt, isHotChain, isHotColon, isPhoneBefore } from './number-places.js'
import { Rows } from './rows.js'
import { withUnits } from './units.js'
import { walk, type Walker } from './walk.js'

/** What is to be done about a place, as bits. */
export const placeKinds = Object.freeze({
  /** A built-in detector finds something, with the threshold it has by itself and without the name of a field. */
  find: 1,
  /** A view leaves out separators, and shows something, or parts a number from letters. */
  view: 2,
  /** A view reads other characters. */
  fold: 4,
  /** A view decodes a run. */
  packed: 8,
  /** A view decodes an escape. */
  escape: 16,
  /** A view leaves out a line break. */
  wrap: 32,
})

export interface HotPlace extends Span {
  readonly kind: number
}

/** The places of a text that something is to be done about, in order of their ends; everything else in it is clean. */
export interface HotPlaces {
  readonly places: readonly HotPlace[]
  /** Their kinds together. */
  readonly kinds: number
}

/** Words of telephones count so far before a number and behind it, with a little for the words themselves. */
const [wordBefore, wordBehind] = [64, 36]
/** U+FFFD is what decoded bytes are that are no text. No view reads it otherwise. */
const replacement = 0xfffd
const none: HotPlaces = Object.freeze({ places: Object.freeze([]), kinds: 0 })

/**
 * Looks for hot places in one pass over the units of a text. Takes time linear in the text. `finds` says whether something is
 * found in a text as it is: groups are one value where it is so without what parts them.
 */
export function hotPlaces(text: string, finds: (text: string) => boolean = findsIn): HotPlaces {
  return withUnits(text, (units) => new Pass(text, units, finds).all())
}

/** Whether a built-in detector finds something in the text as it is. */
export function findsIn(text: string): boolean {
  return (withUnits(text, (units) => new Pass(text, units).all()).kinds & placeKinds.find) !== 0
}

/** Blanks, dots, dashes, slashes and brackets. */
function isBetween(code: number): boolean {
  return code === 0x20 || code === 0x28 || code === 0x29 || (code >= 0x2d && code <= 0x2f)
}

class Pass implements Walker {
  readonly #text: string
  readonly #units: Uint16Array
  readonly #rows: Rows | undefined
  #places: { start: number; end: number; kind: number }[] | undefined
  #kinds = 0
  #chainStart = 0
  #digits = 0
  #dots = 0
  #lastDigit = -1000
  #phoneWord = -1000
  /** Where the last number ends that may be one to call. */
  #lastLong = -1000
  #colons = 0
  #lastColon = -64

  /** Views are not thought of without `finds`. */
  constructor(text: string, units: Uint16Array, finds?: (text: string) => boolean) {
    this.#text = text
    this.#units = units
    this.#rows = finds === undefined ? undefined : new Rows(text, units, finds)
  }

  all(): HotPlaces {
    walk(this.#units, this.#text.length, this)
    this.#endChain()
    return this.#places === undefined ? none : { places: this.#places, kinds: this.#kinds }
  }

  words(ends: number, at: number): void {
    const units = this.#units
    const words = keywords.wordsOf(ends, units, at)
    // Often none of them: an iterator for each would be most of what is allocated.
    for (let index = 0; index < words.length; index += 1) {
      const word = words[index]
      if (word !== undefined && isWordAt(units, at, word)) this.#word(word.list, at + 1, word.letters.length)
    }
  }

  #find(start: number, end: number): void {
    this.#place(start, end, placeKinds.find)
  }

  #view(start: number, end: number, kind: number = placeKinds.view): void {
    if (this.#rows !== undefined) this.#place(start, end, kind)
  }

  #place(start: number, end: number, kind: number): void {
    this.#places ??= []
    this.#kinds |= kind
    const last = this.#places.at(-1)
    // A text in another script is one place.
    if (last?.kind === kind && last.end === start) last.end = end
    else this.#places.push({ start, end, kind })
  }

  run(start: number, end: number): void {
    if (this.#rows !== undefined && isPacked(this.#units, start, end)) this.#view(start, end, placeKinds.packed)
  }

  /** A unit that is not ASCII. Some words have one. */
  other(code: number, at: number): void {
    if (code === replacement) return
    this.#view(at, at + 1, placeKinds.fold)
    const list = otherList(this.#text, at)
    // The word may go on.
    if (list !== undefined) this.#word(list, Math.min(at + longestOther, this.#text.length))
  }

  #word(list: number, end: number, length = longEnough): void {
    const text = this.#text
    if (list === phoneList) {
      if (mayStandBefore(text, end, length)) this.#phoneWord = end
      const last = this.#digits >= 7 ? this.#lastDigit : this.#lastLong
      const isBehind = end - last <= wordBehind && mayStandBehind(text, end - length, length)
      if (isBehind && isPhoneBefore(text, end)) this.#find(end - 1, end)
    } else {
      const place = keywordPlace(list, text, end, length)
      if (place !== undefined) this.#find(place.start, place.end)
    }
  }

  /** A number that ends. */
  number(at: number, end: number): void {
    if (isHotAccount(this.#text, this.#units, at)) this.#find(at, at + 1)
    if (!this.#isInChain(at)) {
      this.#endChain()
      this.#chainStart = at
      this.#digits = 0
      this.#dots = 0
    } else if (this.#units[at - 1] === 0x2e) this.#dots += 1
    this.#digits += end - at
    this.#lastDigit = end - 1
  }

  /** Numbers go on with at most two blanks, dots, dashes, slashes and brackets between digits. */
  #isInChain(at: number): boolean {
    const last = this.#lastDigit
    if (at - last > 3) return false
    for (let place = last + 1; place < at; place += 1) if (!isBetween(this.#units[place] ?? 0)) return false
    return true
  }

  #endChain(): void {
    const digits = this.#digits
    if (digits < 7 && this.#dots < 3) return
    const start = this.#chainStart
    const end = this.#lastDigit + 1
    if (digits >= 7) this.#lastLong = end
    const isBeside = start - this.#phoneWord <= wordBefore
    // Most are dates.
    if (digits < 9 && this.#dots < 3 && !isBeside && this.#units[start - 1] !== 0x2b) return
    const chain = { start, end, digits, dots: this.#dots }
    if (isHotChain(this.#text, chain, isBeside)) this.#find(start, end)
    if (digits >= 9 && this.#rows !== undefined && isGluedChain(this.#text, chain)) this.#view(start, end)
  }

  separator(code: number, at: number): void {
    const row = this.#rows?.separator(code, at, this.#lastDigit)
    if (row !== undefined) this.#view(row.start, row.end)
  }

  special(code: number, at: number): void {
    if (code === 0x3a) this.#colon(at)
    else if (code === 0x40) this.#at(at)
    else if (this.#rows !== undefined) this.#viewed(code, at, this.#rows)
  }

  #at(at: number): void {
    if (isHotAt(this.#text, at)) this.#find(at, at + 1)
  }

  #viewed(code: number, at: number, rows: Rows): void {
    const text = this.#text
    if (code === 0x0a) {
      const end = text.charCodeAt(at - 1) === 0x0d ? at - 1 : at
      if (continued(this.#units, at, end) !== undefined) this.#view(at, at + 1, placeKinds.wrap)
    } else if (code === 0x25 || code === 0x26 || code === 0x5c) {
      const escape = escapeAt(text, at)
      if (escape !== undefined) this.#view(at, escape.end, placeKinds.escape)
    } else if (code === 0x0d && text.charCodeAt(at + 1) === 0x0a) rows.returned(at)
    else if (code !== 0 || !text.startsWith(gap, at - 1)) this.#view(at, at + 1, placeKinds.fold)
  }

  #colon(at: number): void {
    const back = at - this.#lastColon
    this.#lastColon = at
    this.#colons = back <= 5 ? this.#colons + 1 : 1
    if ((back === 1 || this.#colons >= 6) && isHotColon(this.#text, at)) this.#find(at, at + 1)
  }
}
