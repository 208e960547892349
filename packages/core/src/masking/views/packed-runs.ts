import { withUnits } from '../places/units.js'
import type { Span } from '../span.js'

/** Of a text, or bytes of ASCII. */
export type Units = Uint8Array | Uint16Array

/** The shortest run that is read as hexadecimal or base64, in units: nine digits in base64 take twelve. */
export const shortestRun = 12
/** So many printable characters in a row say that what was decoded is text. Random bytes have them once in four hundred places. */
export const stretch = 6

/** 0: no unit of a run, 1: one, 2: a hexadecimal digit as well. */
const isRunUnit = new Uint8Array(256)
const sextets = new Uint8Array(256).fill(255)
for (const [index, letter] of Array.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries()) {
  isRunUnit[letter.charCodeAt(0)] = /[\da-f]/i.test(letter) ? 2 : 1
  sextets[letter.charCodeAt(0)] = index
}
isRunUnit[0x2d] = 1
isRunUnit[0x5f] = 1
sextets[0x2d] = 62
sextets[0x5f] = 63

export const nibbles = new Uint8Array(256)
for (const [value, letter] of Array.from('0123456789abcdef').entries()) {
  nibbles[letter.charCodeAt(0)] = value
  nibbles[letter.toUpperCase().charCodeAt(0)] = value
}

/**
 * What a byte adds to the printable characters in a row, and by what it then multiplies them: 0 ends the row. A zero belongs to
 * the character beside it, as in UTF-16. By table, since no processor foresees which bytes of a hash are printable.
 */
const adds = new Uint8Array(256)
const keeps = new Uint8Array(256)
for (let byte = 0; byte < 256; byte += 1) {
  const isText = (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09
  adds[byte] = Number(isText)
  keeps[byte] = Number(isText || byte === 0)
}

/** Which of three bytes may be in a row, as bits, by the letters of four that have the high bits of each. */
const firsts = sextets.map((sextet) => (mayKeep(sextet << 2, 4) ? 4 : 0))
const seconds = sextets.map((sextet) => (mayKeep((sextet & 15) << 4, 16) ? 2 : 0))
const thirds = sextets.map((sextet) => (mayKeep((sextet & 3) << 6, 64) ? 1 : 0))

function mayKeep(from: number, count: number): boolean {
  return keeps.subarray(from, from + count).includes(1)
}

export function rowWith(row: number, byte: number): number {
  return (row + (adds[byte] ?? 0)) * (keeps[byte] ?? 0)
}

/** Whether runs of base64 have this UTF-16 code unit. */
export function isPackedUnit(code: number): boolean {
  return (isRunUnit[code] ?? 0) > 0
}

/** The runs of a text that are read otherwise. */
export function packedRuns(text: string): readonly Span[] {
  return withUnits(text, (units) => {
    const runs: Span[] = []
    for (let start = 0; start < text.length;) {
      let end = start
      while ((isRunUnit[units[end] ?? 0] ?? 0) > 0) end += 1
      if (isPacked(units, start, end)) runs.push({ start, end })
      start = end + 1
    }
    return runs
  })
}

/** Whether `packedEdits` reads anything in the run from `start` to `end` otherwise, which is all ASCII. */
export function isPacked(units: Units, start: number, end: number): boolean {
  return isPackedWord(units, start, end) || hasPieces(units, start, end)
}

/** As {@link isPacked}, of a run that nothing parts. */
export function isPackedWord(units: Units, start: number, end: number): boolean {
  return end - start >= shortestRun && (mayHaveText(units, start, end) || hasHex(units, start, end))
}

/** What `hasText` says of the whole run, without looking at each byte where it cannot be. */
export function mayHaveText(units: Units, start: number, end: number): boolean {
  // Six in a row that end in the last three bytes are among the last eight.
  let eight = 0
  for (let at = start; at + 1 < end; at += 4) {
    const three = (firsts[units[at] ?? 0] ?? 0) | (seconds[units[at + 1] ?? 0] ?? 0) | (thirds[units[at + 2] ?? 0] ?? 0)
    eight = ((eight << 3) | three) & 0xff
    const twos = eight & (eight >> 1)
    if ((twos & (twos >> 2) & (twos >> 4)) !== 0) return hasText(units, start, Math.floor(((end - start) * 3) / 4))
  }
  return false
}

export function hasPieces(units: Units, start: number, end: number): boolean {
  for (let from = start; end - from >= shortestRun;) {
    // A piece that begins here goes further than the last that is none of it.
    let at = from + shortestRun - 1
    while (at >= from && isAlphanumeric(units[at] ?? 0)) at -= 1
    if (at >= from) {
      from = at + 1
      continue
    }
    let to = from + shortestRun
    while (to < end && isAlphanumeric(units[to] ?? 0)) to += 1
    if (to - from < end - start && mayHaveText(units, from, to)) return true
    from = to + 1
  }
  return false
}

export function hasHex(units: Units, start: number, end: number): boolean {
  for (let from = start; end - from >= shortestRun;) {
    let at = from + shortestRun - 1
    while (at >= from && isRunUnit[units[at] ?? 0] === 2) at -= 1
    if (at >= from) {
      from = at + 1
      continue
    }
    let to = from + shortestRun
    while (to < end && isRunUnit[units[to] ?? 0] === 2) to += 1
    if (hasHexText(units, from, to) || hasHexText(units, from + 1, to)) return true
    from = to + 1
  }
  return false
}

/** Whether hexadecimal digits, from the first of a pair on, are text. */
function hasHexText(units: Units, start: number, end: number): boolean {
  for (let from = start; from + 2 * stretch <= end;) {
    // A row that begins here goes further than the last byte that ends one.
    let at = from + 2 * stretch - 2
    while (at >= from && keeps[hexByteIn(units, at)] === 1) at -= 2
    if (at < from) return hasHexRow(units, from, end)
    from = at + 2
  }
  return false
}

function hasHexRow(units: Units, start: number, end: number): boolean {
  let row = 0
  for (let at = start; at + 1 < end; at += 2) {
    row = rowWith(row, hexByteIn(units, at))
    if (row >= stretch) return true
  }
  return false
}

function hexByteIn(units: Units, at: number): number {
  return ((nibbles[units[at] ?? 0] ?? 0) << 4) | (nibbles[units[at + 1] ?? 0] ?? 0)
}

/** The same as decoding, without a place to put it: almost every run is a word and no base64. */
function hasText(units: Units, start: number, length: number): boolean {
  let row = 0
  let index = 0
  for (let at = start; index + 3 <= length; index += 3, at += 4) {
    const four =
      ((sextets[units[at] ?? 0] ?? 0) << 18) |
      ((sextets[units[at + 1] ?? 0] ?? 0) << 12) |
      ((sextets[units[at + 2] ?? 0] ?? 0) << 6) |
      (sextets[units[at + 3] ?? 0] ?? 0)
    row = rowWith(row, four >> 16)
    if (row >= stretch) return true
    row = rowWith(row, (four >> 8) & 0xff)
    if (row >= stretch) return true
    row = rowWith(row, four & 0xff)
    if (row >= stretch) return true
  }
  for (; index < length; index += 1) {
    row = rowWith(row, base64Byte(units, start, index))
    if (row >= stretch) return true
  }
  return false
}

export function base64Byte(units: Units, start: number, index: number): number {
  const place = index % 3
  const at = start + ((index - place) / 3) * 4 + place
  const high = sextets[units[at] ?? 0] ?? 0
  const low = sextets[units[at + 1] ?? 0] ?? 0
  return ((high << (2 + 2 * place)) | (low >> (4 - 2 * place))) & 0xff
}

export function isAlphanumeric(code: number): boolean {
  return (sextets[code] ?? 255) < 62
}
