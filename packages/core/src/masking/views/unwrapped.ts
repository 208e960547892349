import { withUnits } from '../places/units.js'
import type { Edit } from './edit.js'

const isWord = new Uint8Array(128)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@.-_+')
  isWord[letter.charCodeAt(0)] = 1

/** So far from the line break the two words are looked at. */
const reach = 64
const fewestDigits = 9

/** Leaves out line breaks inside of a word that may be a value: with an `@` or at least nine digits in both parts together. */
export function unwrappedEdits(text: string): Edit[] {
  const first = text.indexOf('\n')
  return first < 0 ? [] : withUnits(text, (units) => editsFrom(first, units, text))
}

function editsFrom(first: number, units: Uint16Array, text: string): Edit[] {
  const edits: Edit[] = []
  for (let at = first; at !== -1; at = text.indexOf('\n', at + 1)) {
    const next = continued(units, at)
    if (next !== undefined) edits.push({ start: at, end: next, text: '' })
  }
  return edits
}

/**
 * Where the value goes on that the line break at `at` is inside of; undefined: it is not. `end` is where the line before ends, if
 * not at `at`: what is between is not seen.
 */
export function continued(units: Uint16Array, at: number, end = at): number | undefined {
  if (!isWordUnit(units, end - 1)) return undefined
  const next = skipIndent(units, at + 1)
  if (!isWordUnit(units, next)) return undefined
  return !isStamp(units, next) && holdsValue(units, end, next) ? next : undefined
}

function isWordUnit(units: Uint16Array, at: number): boolean {
  return isWord[units[at] ?? 0] === 1
}

/** Whether it is what lines of logs begin with: nobody continues a value with it. */
function isStamp(units: Uint16Array, at: number): boolean {
  return isLike(units, at, '0000-00-00') || isLike(units, at, '00:00')
}

/** Whether units have a form, in which zeros are any digits, and no digit is behind it. */
function isLike(units: Uint16Array, at: number, form: string): boolean {
  for (let index = 0; index < form.length; index += 1) {
    const code = units[at + index] ?? 0
    const wanted = form.charCodeAt(index)
    if (wanted === 0x30 ? !isDigit(code) : code !== wanted) return false
  }
  return !isDigit(units[at + form.length] ?? 0)
}

/** A few blanks, as where a paragraph is set in. */
function skipIndent(units: Uint16Array, from: number): number {
  let at = from
  while (at < from + 8 && units[at] === 0x20) at += 1
  return at
}

function holdsValue(units: Uint16Array, before: number, behind: number): boolean {
  const digits = digitsFrom(units, before - 1, -1)
  return digits >= fewestDigits || digits + digitsFrom(units, behind, 1) >= fewestDigits
}

/** How many digits are in the word that begins or ends at `from`: enough, when it has an `@`. */
function digitsFrom(units: Uint16Array, from: number, step: 1 | -1): number {
  let digits = 0
  let at = from
  for (let left = reach; left > 0; left -= 1, at += step) {
    const code = units[at] ?? 0
    if (code === 0x40) return fewestDigits
    if (isDigit(code)) digits += 1
    // Groups of digits go on behind a blank.
    else if (isWord[code] !== 1 && (code !== 0x20 || !isWordUnit(units, at + step))) break
  }
  return digits
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
