import { ibanLength } from '../detectors/iban-countries.js'
import { isWordAt } from './keyword-ends.js'
import { digestWords, isInWord } from './keyword-places.js'
import { isCountry } from './number-places.js'

/** What a hexadecimal digit is, as bits. */
const [decimal, letter] = [1, 2]
const kinds = new Uint8Array(256)
for (const unit of '0123456789') kinds[unit.charCodeAt(0)] = decimal
for (const unit of 'abcdefABCDEF') kinds[unit.charCodeAt(0)] = letter
/** A number of fewer digits is no card. */
const fewestDigits = 12

/**
 * Whether bytes are a digest: hexadecimal digits alone in which nothing is found as they are. A letter among them hides all
 * numbers but cards and accounts, which begin with the letters of a country, and are as long as that wants.
 */
export function isDigest(bytes: Uint8Array, start: number, end: number): boolean {
  const { all, bits, codes } = digestWords
  let ends = 0
  let seen = 0
  let digits = 0
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0
    const kind = kinds[code] ?? 0
    if (kind === 0) return false
    ends = ((ends << 6) | (codes[code] ?? 0)) & all
    if (((bits[ends >> 5] ?? 0) & (1 << (ends & 31))) !== 0 && endsWord(bytes, start, at, ends)) return false
    // No processor foresees which digits of a hash are letters.
    digits = (digits + 1) * (kind & decimal)
    if (digits >= fewestDigits) return false
    seen |= kind
  }
  return (seen & letter) !== 0 && !mayBeAccount(bytes, start, end)
}

function mayBeAccount(bytes: Uint8Array, start: number, end: number): boolean {
  const [first, second] = [bytes[start] ?? 0, bytes[start + 1] ?? 0]
  return isCountry(first, second) && ibanLength(String.fromCharCode(first, second).toUpperCase()) === end - start
}

function endsWord(bytes: Uint8Array, start: number, at: number, ends: number): boolean {
  return digestWords
    .wordsOf(ends, bytes, at)
    .some((word) => isWordAt(bytes, at, word) && !isInWord(bytes, start, at, word))
}
