import { defaultThreshold, type Detector } from './detector.js'
import { FarSighted } from './places/known-detectors.js'
import { isDigest } from './places/digests.js'
import { hasRows } from './places/byte-rows.js'
import { isWordAt } from './places/keyword-ends.js'
import { isInWord, keywords, phoneList } from './places/keyword-places.js'
import { isCountry } from './places/number-places.js'
import { separators } from './views/regular.js'
import { mayHoldDecoded } from './places/seen-through.js'
import { isPacked, isPackedUnit, isPackedWord, shortestRun } from './views/packed-runs.js'

/** Whether anything may be found in a value whose bytes, in UTF-8, are those from `start` to `end`. No is sure, yes is not. */
export type CellScreen = (bytes: Uint8Array, start: number, end: number) => boolean

/**
 * Tells values that nothing is found in from their bytes, so that most need not become texts. Undefined where only a look tells:
 * for detectors that are not built in, and for a field whose name makes one find more.
 */
export function cellScreen(detectors: readonly Detector[], field: string | undefined): CellScreen | undefined {
  return new FarSighted(detectors).of(field, defaultThreshold).length === 0 ? mayHold : undefined
}

/** What a byte may be, as bits. */
const [digit, packed, between, separator, colon, special] = [1, 2, 4, 8, 16, 32]
const kinds = new Uint8Array(256).fill(special)
for (let code = 0; code < 127; code += 1) {
  const unit = String.fromCharCode(code)
  const isSpecial = /[@%&\\]/.test(unit) || (code < 0x20 && unit !== '\t')
  kinds[code] =
    (/\d/.test(unit) ? digit : 0) |
    (isPackedUnit(code) ? packed : 0) |
    (' ./()-'.includes(unit) ? between : 0) |
    (separators.includes(unit) ? separator : 0) |
    (unit === ':' ? colon : 0) |
    (isSpecial ? special : 0)
}

/** So many bytes between two digits part them. */
const apart = 3
/** The fewest digits of what words or a plus make a telephone number, of what is a number by itself, and of a row. */
const [fewestToCall, fewest, fewestInRow] = [7, 9, 5]
/** So many colons, each near the one before, may be an IPv6 address: those with fewer have dots, or two colons together. */
const [fewestColons, nearColon] = [7, 5]

/**
 * The same as whether `hotPlaces` knows a place in the text that may hold something, or too often yes: by counts and by words
 * instead of by detectors. All that is not ASCII, and all that a view may read otherwise, counts.
 */
function mayHold(bytes: Uint8Array, start: number, end: number): boolean {
  if (isDigest(bytes, start, end)) return isPackedWord(bytes, start, end) && mayHoldDigest(bytes, start, end)
  const { all, bits, codes } = keywords
  let ends = 0
  let run = start
  let digits = 0
  let chain = 0
  let dots = 0
  let gap = apart
  let isLong = false
  let isCall = false
  let isParted = false
  let colons = 0
  let lastColon = -1000
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0
    const kind = kinds[code] ?? special
    if ((kind & special) !== 0) return true
    ends = ((ends << 6) | (codes[code] ?? 0)) & all
    if (((bits[ends >> 5] ?? 0) & (1 << (ends & 31))) !== 0) {
      for (const word of keywords.wordsOf(ends, bytes, at)) {
        if (!isWordAt(bytes, at, word) || isInWord(bytes, start, at, word)) continue
        if (word.list !== phoneList) return true
        isCall = true
      }
    }
    if ((kind & digit) !== 0) {
      if (gap > 0) {
        if (gap >= apart) {
          chain = 0
          dots = 0
        }
        const before = at > start ? bytes[at - 1] : 0
        if (before === 0x2e) dots += 1
        else if (before === 0x2b) isCall = true
        if (beginsAccount(bytes, start, at)) return true
        gap = 0
      }
      digits += 1
      chain += 1
      if (chain >= fewest || dots >= apart) return true
      if (chain >= fewestToCall) isLong = true
      continue
    }
    // Most units are letters.
    if (kind === packed) {
      gap = apart
      continue
    }
    gap = (kind & between) === 0 ? apart : gap + 1
    if (digits > 0 && (kind & separator) !== 0) isParted = true
    if ((kind & packed) !== 0) continue
    if (at - run >= shortestRun && isPacked(bytes, run, at)) return true
    run = at + 1
    if ((kind & colon) === 0) continue
    colons = at - lastColon <= nearColon ? colons + 1 : 1
    if (at - lastColon === 1 || colons >= fewestColons) return true
    lastColon = at
  }
  if (isLong && isCall) return true
  if (isParted && digits >= fewestInRow && hasRows(bytes, start, end)) return true
  return end - run >= shortestRun && isPacked(bytes, run, end)
}

function mayHoldDigest({ buffer, byteOffset }: Uint8Array, start: number, end: number): boolean {
  const text = Buffer.from(buffer, byteOffset + start, end - start).toString('latin1')
  return mayHoldDecoded(text, [{ start: 0, end: text.length }], 'runs')
}

/** Whether an IBAN may have its first check digit at `at`: behind the letters of its country, which no letter or digit is before. */
function beginsAccount(bytes: Uint8Array, start: number, at: number): boolean {
  const before = bytes[at - 1] ?? 0
  const second = before === 0x20 || before === 0x2d ? at - 2 : at - 1
  const first = second - 1
  if (first < start) return false
  // Most numbers are behind longer words.
  if (first > start && isLetterOrDigit(bytes[first - 1] ?? 0)) return false
  return isCountry(bytes[first] ?? 0, bytes[second] ?? 0)
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 97 && (code | 0x20) <= 122)
}
