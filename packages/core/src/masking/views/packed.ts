import type { Span } from '../span.js'
import type { Edit } from './edit.js'
import { digitOf } from './escapes.js'
import {
  base64Byte,
  hasHex,
  hasPieces,
  isAlphanumeric,
  mayHaveText,
  nibbles,
  packedRuns,
  rowWith,
  shortestRun,
  stretch,
  type Units,
} from './packed-runs.js'
import { utf8Length, utf8Value } from './utf8.js'

/** How a run is read: as long as it goes, or in pieces of it, as in a path, where `/` and `-` part what is encoded. */
export type PackedBy = 'runs' | 'pieces'

/**
 * Reads hexadecimal digits, base64 and base64url as the text they encode. A run counts when some of it is text; bytes beside it
 * that are none are read as U+FFFD.
 */
export function packedEdits(text: string, by: PackedBy): Edit[] {
  return editsOfRuns(text, packedRuns(text), by)
}

/** What {@link packedEdits} gives of these runs. */
export function editsOfRuns(text: string, runs: readonly Span[], by: PackedBy): Edit[] {
  const edits: Edit[] = []
  for (const { start, end } of runs) {
    if (by === 'runs') unpackRun(text, start, end, edits)
    else unpackPieces(text, start, end, edits)
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

/** Almost all runs are this short. */
const shortRun = new Uint16Array(512)

/** The units of a run, which are all ASCII, from 0 on: until the next are asked for. */
function unitsOf(text: string, start: number, end: number): Uint16Array {
  const units = end - start <= shortRun.length ? shortRun : new Uint16Array(end - start)
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
function unpackBase64(units: Units, { start, end }: Span, base: number, edits: Edit[]): void {
  const bytes = new Uint8Array(Math.floor(((end - start) * 3) / 4))
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = base64Byte(units, start, index)
  addBytes(bytes, base, base + end - start, 4 / 3, edits)
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
