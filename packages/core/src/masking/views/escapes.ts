import type { Edit } from './edit.js'
import { entityAt } from './entities.js'
import type { Escape } from './escape.js'
import { utf8Length, utf8Value } from './utf8.js'

const simple: ReadonlyMap<number, number> = new Map(
  Array.from('nrtfv0"\'/\\').map((letter, index) => [
    letter.charCodeAt(0),
    [10, 13, 9, 12, 11, 0, 34, 39, 47, 92][index] ?? 0,
  ]),
)

/**
 * Reads `\uXXXX`, `\u{X}`, `\xHH`, octal and one-letter escapes, percent encoding and HTML entities as the characters they
 * stand for; bytes are read as UTF-8 where they are that, else as Latin-1.
 */
export function escapeEdits(text: string): Edit[] {
  const edits: Edit[] = []
  const at = { backslash: -2, percent: -2, ampersand: -2 }
  for (let from = 0; ;) {
    if (at.backslash < from && at.backslash !== -1) at.backslash = text.indexOf('\\', from)
    if (at.percent < from && at.percent !== -1) at.percent = text.indexOf('%', from)
    if (at.ampersand < from && at.ampersand !== -1) at.ampersand = text.indexOf('&', from)
    const start = nearest(at.backslash, at.percent, at.ampersand)
    if (start === -1) return edits
    const escape = escapeAt(text, start)
    if (escape === undefined) {
      from = start + 1
      continue
    }
    const edit = escape.isByte ? ofBytes(text, start, escape) : ofCodePoint(text, start, escape)
    edits.push(edit)
    from = edit.end
  }
}

function nearest(...places: readonly number[]): number {
  const found = places.filter((place) => place >= 0)
  return found.length === 0 ? -1 : Math.min(...found)
}

/** The escape that begins at `at`, if one does. */
export function escapeAt(text: string, at: number): Escape | undefined {
  const lead = text.charCodeAt(at)
  if (lead === 0x26) return entityAt(text, at)
  const kind = text.charCodeAt(at + 1)
  if (lead === 0x25)
    return kind === 0x75 || kind === 0x55 ? fixed(text, at + 2, 4, false) : fixed(text, at + 1, 2, true)
  if (kind === 0x75 && text.charCodeAt(at + 2) === 0x7b) return braced(text, at + 3)
  if (kind === 0x75) return fixed(text, at + 2, 4, false)
  if (kind === 0x55) return fixed(text, at + 2, 8, false)
  if (kind === 0x78) return fixed(text, at + 2, 2, true)
  if (kind >= 0x30 && kind <= 0x33) {
    const octal = digitsValue(text, at + 1, 3, 8)
    if (octal !== undefined) return { end: at + 4, value: octal, isByte: true }
  }
  const value = simple.get(kind)
  return value === undefined ? undefined : { end: at + 2, value, isByte: false }
}

function fixed(text: string, from: number, length: number, isByte: boolean): Escape | undefined {
  const value = digitsValue(text, from, length, 16)
  return value === undefined || value > 0x10ffff ? undefined : { end: from + length, value, isByte }
}

function braced(text: string, from: number): Escape | undefined {
  const end = text.indexOf('}', from)
  if (end <= from || end > from + 6) return undefined
  const value = digitsValue(text, from, end - from, 16)
  return value === undefined || value > 0x10ffff ? undefined : { end: end + 1, value, isByte: false }
}

function digitsValue(text: string, from: number, length: number, base: number): number | undefined {
  let value = 0
  for (let at = from; at < from + length; at += 1) {
    const digit = digitOf(text.charCodeAt(at))
    if (!(digit < base)) return undefined
    value = value * base + digit
  }
  return value
}

/** Above any base when it is none. */
export function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  return 99
}

function ofCodePoint(text: string, start: number, { end, value }: Escape): Edit {
  // Two escapes for the halves of one character.
  if (value >= 0xd800 && value <= 0xdbff) {
    const low = text.charCodeAt(end) === 0x5c ? escapeAt(text, end) : undefined
    if (low !== undefined && !low.isByte && low.value >= 0xdc00 && low.value <= 0xdfff) {
      return { start, end: low.end, text: String.fromCharCode(value, low.value) }
    }
  }
  return { start, end, text: String.fromCodePoint(value) }
}

function ofBytes(text: string, start: number, first: Escape): Edit {
  const length = utf8Length(first.value)
  const bytes = [first.value]
  let end = first.end
  while (bytes.length < length) {
    const next = escapeAt(text, end)
    if (next === undefined || !next.isByte) break
    bytes.push(next.value)
    end = next.end
  }
  const value = utf8Value(bytes, 0)
  if (value !== undefined) return { start, end, text: String.fromCodePoint(value) }
  return { start, end: first.end, text: String.fromCharCode(first.value) }
}
