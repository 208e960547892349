import type { Span } from '../span.js'
import type { Edit } from './edit.js'
import { digitOf } from './escapes.js'
import { utf8Length, utf8Value } from './utf8.js'

/** The shortest run that is read as hexadecimal or base64, in units: nine digits in base64 take twelve. */
export const shortestRun = 12
/** So many printable characters in a row say that what was decoded is text. Random bytes have them once in four hundred places. */
const stretch = 6

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

/** The letters that begin four of which the first byte may be printable, or zero. */
const firsts = sextets.map((sextet) =>
  Number(sextet === 0 || sextet === 2 || sextet === 3 || (sextet > 7 && sextet < 32)),
)

const nibbles = new Uint8Array(256)
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

function rowWith(row: number, byte: number): number {
  return (row + (adds[byte] ?? 0)) * (keeps[byte] ?? 0)
}

/** Whether runs of base64 have this UTF-16 code unit. */
export function isPackedUnit(code: number): boolean {
  return (isRunUnit[code] ?? 0) > 0
}

/**
 * Reads hexadecimal digits, base64 and base64url as the text they encode: in runs as long as they go, or in pieces of them, as
 * in a path, where `/` and `-` part what is encoded. A run counts when some of it is text; bytes beside it that are none are
 * read as U+FFFD.
 */
export function packedEdits(text: string, by: 'runs' | 'pieces'): Edit[] {
  const edits: Edit[] = []
  for (let at = 0; at < text.length;) {
    let end = at
    while (end < text.length && (isRunUnit[text.charCodeAt(end)] ?? 0) > 0) end += 1
    if (end - at >= shortestRun) {
      if (by === 'runs') unpackRun(text, at, end, edits)
      else unpackPieces(text, at, end, edits)
    }
    at = end + 1
  }
  return edits
}

function unpackRun(text: string, start: number, end: number, edits: Edit[]): void {
  const units = unitsOf(text, start, end)
  if (hasHex(units, 0, end - start)) unpackHex(text, start, end, edits)
  else if (mayHaveText(units, 0, end - start)) unpackBase64(units, { start: 0, end: end - start }, start, edits)
}

function unpackPieces(text: string, start: number, end: number, edits: Edit[]): void {
  const units = unitsOf(text, start, end)
  if (!hasPieces(units, 0, end - start)) return
  for (let at = start; at < end;) {
    let to = at
    while (to < end && isAlphanumeric(text.charCodeAt(to))) to += 1
    const piece = { start: at - start, end: to - start }
    const isPiece = to - at >= shortestRun && to - at < end - start
    if (isPiece && mayHaveText(units, piece.start, piece.end)) unpackBase64(units, piece, at, edits)
    at = to + 1
  }
}

function isAlphanumeric(code: number): boolean {
  return (sextets[code] ?? 255) < 62
}

/** Almost all runs are this short. */
const shortRun = new Uint8Array(512)

/** The units of a run, which are all ASCII, from 0 on: until the next are asked for. */
function unitsOf(text: string, start: number, end: number): Uint8Array {
  const units = end - start <= shortRun.length ? shortRun : new Uint8Array(end - start)
  for (let at = start; at < end; at += 1) units[at - start] = text.charCodeAt(at)
  return units
}

/** Hexadecimal inside of a run, as after `\x` and `0x`. */
function unpackHex(text: string, start: number, end: number, edits: Edit[]): void {
  for (let at = start; at < end;) {
    let to = at
    while (to < end && digitOf(text.charCodeAt(to)) < 16) to += 1
    // `0x`, and an odd run: the first digit may belong to what is before.
    if (to - at >= shortestRun)
      for (let shift = 0; shift < 2; shift += 1) if (addHex(text, at + shift, to, edits)) break
    at = to + 1
  }
}

function hexByte(text: string, at: number): number {
  return ((nibbles[text.charCodeAt(at)] ?? 0) << 4) | (nibbles[text.charCodeAt(at + 1)] ?? 0)
}

function addHex(text: string, start: number, end: number, edits: Edit[]): boolean {
  const bytes = new Uint8Array((end - start) >> 1)
  let row = 0
  let longest = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const at = start + index * 2
    const byte = hexByte(text, at)
    bytes[index] = byte
    row = rowWith(row, byte)
    if (row > longest) longest = row
  }
  if (longest < stretch) return false
  addBytes(bytes, start, start + bytes.length * 2, 2, edits)
  return true
}

/** What is encoded in a part of a run; `base` is where that begins in the text. */
function unpackBase64(units: Uint8Array, { start, end }: Span, base: number, edits: Edit[]): void {
  const bytes = new Uint8Array(Math.floor(((end - start) * 3) / 4))
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = base64Byte(units, start, index)
  addBytes(bytes, base, base + end - start, 4 / 3, edits)
}

/** Whether {@link packedEdits} reads anything in the run from `start` to `end` otherwise. */
export function isPacked(text: string, start: number, end: number): boolean {
  return end - start >= shortestRun && isPackedIn(unitsOf(text, start, end), 0, end - start)
}

/** As {@link isPacked}, of a run in bytes of ASCII. */
export function isPackedIn(units: Uint8Array, start: number, end: number): boolean {
  if (end - start < shortestRun) return false
  return mayHaveText(units, start, end) || hasHex(units, start, end) || hasPieces(units, start, end)
}

/** What `hasText` says of the whole run, without looking at each byte where it cannot be. */
function mayHaveText(units: Uint8Array, start: number, end: number): boolean {
  // A row of six bytes has the first bytes of two threes that follow each other.
  for (let at = start, row = 0; at + 1 < end; at += 4) {
    row = firsts[units[at] ?? 0] === 1 ? row + 1 : 0
    if (row === 2) return hasText(units, start, Math.floor(((end - start) * 3) / 4))
  }
  return false
}

function hasPieces(units: Uint8Array, start: number, end: number): boolean {
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

function hasHex(units: Uint8Array, start: number, end: number): boolean {
  for (let from = start; end - from >= shortestRun;) {
    let at = from + shortestRun - 1
    while (at >= from && isRunUnit[units[at] ?? 0] === 2) at -= 1
    if (at >= from) {
      from = at + 1
      continue
    }
    const to = endOfHex(units, from, end)
    if (to < 0) return true
    from = to + 1
  }
  return false
}

/** Where the hexadecimal digits end; -1 when they are text, with the first digit or without it. */
function endOfHex(units: Uint8Array, start: number, end: number): number {
  let high = nibbles[units[start] ?? 0] ?? 0
  let [row, other] = [0, 0]
  for (let at = start + 1; at < end; at += 1) {
    const code = units[at] ?? 0
    if (isRunUnit[code] !== 2) return at
    const low = nibbles[code] ?? 0
    const next = rowWith(row, (high << 4) | low)
    if (next >= stretch) return -1
    row = other
    other = next
    high = low
  }
  return end
}

/** The same as decoding, without a place to put it: almost every run is a word and no base64. */
function hasText(units: Uint8Array, start: number, length: number): boolean {
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

function base64Byte(units: Uint8Array, start: number, index: number): number {
  const place = index % 3
  const at = start + ((index - place) / 3) * 4 + place
  const high = sextets[units[at] ?? 0] ?? 0
  const low = sextets[units[at + 1] ?? 0] ?? 0
  return ((high << (2 + 2 * place)) | (low >> (4 - 2 * place))) & 0xff
}

/** One edit for each stretch of ASCII, and one for each other character. */
function addBytes(bytes: Uint8Array, base: number, end: number, per: number, edits: Edit[]): void {
  const place = (byte: number): number => (byte >= bytes.length ? end : base + Math.floor(byte * per + 1e-9))
  for (let at = 0; at < bytes.length;) {
    let to = at
    while (to < bytes.length && to - at < 4096 && (bytes[to] ?? 0xff) < 0x80) to += 1
    if (to > at) {
      edits.push({ start: place(at), end: place(to), text: asciiText(bytes, at, to), per, base, phase: at })
    } else {
      const value = utf8Value(bytes, at)
      to = at + (value === undefined ? 1 : utf8Length(bytes[at] ?? 0))
      const reach = to >= bytes.length ? end : base + Math.ceil(to * per - 1e-9)
      edits.push({
        start: place(at),
        end: place(to),
        reach,
        text: value === undefined ? '\ufffd' : String.fromCodePoint(value),
      })
    }
    at = to
  }
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 32) return String.fromCharCode(...bytes.subarray(start, end))
  // Faster, of the few bytes that random ones have in a row.
  let text = ''
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}
