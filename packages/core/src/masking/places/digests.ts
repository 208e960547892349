import { isWordAt } from './keyword-ends.js'
import { digestWords } from './keyword-places.js'
import { isCountry } from './number-places.js'

/** 1: a decimal digit, 2: a letter that is a hexadecimal one. */
const kinds = new Uint8Array(256)
for (const unit of '0123456789') kinds[unit.charCodeAt(0)] = 1
for (const unit of 'abcdefABCDEF') kinds[unit.charCodeAt(0)] = 2
/** A number of fewer digits is no card. */
const fewestDigits = 12

/**
 * Whether bytes are a digest: hexadecimal digits alone in which nothing is found as they are. A letter among them hides all
 * numbers but cards and accounts, which begin with the letters of a country.
 */
export function isDigest(bytes: Uint8Array, start: number, end: number): boolean {
  let ends = 0
  let letters = 0
  let run = start
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0
    const kind = kinds[code] ?? 0
    if (kind === 0) return false
    ends = ((ends << 6) | (digestWords.codes[code] ?? 0)) & digestWords.all
    if (digestWords.wordsOf(ends).some((word) => isWordAt(bytes, at, word))) return false
    if (kind === 1) continue
    if (at - run >= fewestDigits) return false
    run = at + 1
    letters += 1
  }
  return letters > 0 && end - run < fewestDigits && !isCountry(bytes[start] ?? 0, bytes[start + 1] ?? 0)
}
