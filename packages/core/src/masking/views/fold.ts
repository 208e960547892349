import { ansiEnd } from './ansi.js'
import { confusables } from './confusables.js'
import type { Edit } from './edit.js'

const ignored = /^[\p{Cf}\p{Mn}\p{Me}\p{Cs}\p{Cc}\p{Default_Ignorable_Code_Point}]$/u
const dash = /^[\p{Pd}\u2212\u2043\u02d7\u23af\u2500\u2796]$/u
const blank = /^[\p{Zs}\u115f\u1160\u2800\u3164]$/u
const decimal = /^\p{Nd}$/u
const marks = /\p{Mn}/gu
const plain = /^[\u0020-\u007e]{1,4}$/

/** The folded forms met lately. Bounded: a text in many scripts only loses the speed. */
const known = new Map<string, string | undefined>()
const knownAtMost = 8192

/**
 * Reads a text as plain characters: NFKC and without accents, decimal digits of any script in ASCII, dashes as `-`, blanks
 * as a space, look-alikes as the Latin letter, and no ANSI escapes, controls, combining marks and characters without a width.
 */
export function foldEdits(text: string): Edit[] {
  const edits: Edit[] = []
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code >= 0x20 && code < 0x7f) {
      at += 1
      continue
    }
    const end = code < 0x80 || code === 0x9b ? controlEnd(text, at, code) : at + unitsAt(text, at)
    const folded = code < 0x80 || code === 0x9b ? foldControl(text, at, code) : foldCharacter(text.slice(at, end))
    if (folded !== undefined) put(edits, at, end, folded)
    at = end
  }
  return edits
}

/** What is left out in one go is one edit: floods of such characters stay cheap. */
function put(edits: Edit[], start: number, end: number, text: string): void {
  const last = edits.at(-1)
  if (last?.end === start && last.text === '' && text === '') edits[edits.length - 1] = { start: last.start, end, text }
  else edits.push({ start, end, text })
}

function unitsAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

function controlEnd(text: string, at: number, code: number): number {
  return code === 0x1b || code === 0x9b ? ansiEnd(text, at) : at + 1
}

function foldControl(text: string, at: number, code: number): string | undefined {
  if (code === 0x0a) return undefined
  if (code === 0x0d) return text.charCodeAt(at + 1) === 0x0a ? '' : '\n'
  return code === 0x09 || code === 0x0b || code === 0x0c ? ' ' : ''
}

/** Undefined: it stays as it is. */
function foldCharacter(character: string): string | undefined {
  if (known.has(character)) return known.get(character)
  const folded = foldedForm(character)
  if (known.size >= knownAtMost) known.clear()
  known.set(character, folded)
  return folded
}

function foldedForm(character: string): string | undefined {
  if (blank.test(character)) return ' '
  if (character === '\u2028' || character === '\u2029' || character === '\u0085') return '\n'
  if (ignored.test(character)) return ''
  if (dash.test(character)) return '-'
  const looks = confusables.get(character)
  if (looks !== undefined) return looks
  const compatible = character.normalize('NFKD').replaceAll(marks, '')
  if (plain.test(compatible)) return compatible
  const alike = confusables.get(compatible)
  if (alike !== undefined) return alike
  if (decimal.test(character)) return String(digitValue(character.codePointAt(0) ?? 0))
  return undefined
}

/** Decimal digits of a script are ten code points in order (The Unicode Standard, 4.6). */
function digitValue(codePoint: number): number {
  let zero = codePoint
  while (codePoint - zero < 9 && decimal.test(String.fromCodePoint(zero - 1))) zero -= 1
  return codePoint - zero
}
