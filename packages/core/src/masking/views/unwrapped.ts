import type { Edit } from './edit.js'

const isWord = new Uint8Array(128)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@.-_+')
  isWord[letter.charCodeAt(0)] = 1

/** What lines of logs begin with: nobody continues a value with it. */
const stamp = /(?:\d{4}-\d\d-\d\d|\d\d:\d\d)(?!\d)/y
/** So far from the line break the two words are looked at. */
const reach = 64
const fewestDigits = 9

/** Leaves out line breaks inside of a word that may be a value: with an `@` or at least nine digits in both parts together. */
export function unwrappedEdits(text: string): Edit[] {
  const edits: Edit[] = []
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    const next = continued(text, at)
    if (next !== undefined) edits.push({ start: at, end: next, text: '' })
  }
  return edits
}

/**
 * Where the value goes on that the line break at `at` is inside of; undefined: it is not. `end` is where the line before ends, if
 * not at `at`: what is between is not seen.
 */
export function continued(text: string, at: number, end = at): number | undefined {
  if (isWord[text.charCodeAt(end - 1)] !== 1) return undefined
  const next = skipIndent(text, at + 1)
  if (isWord[text.charCodeAt(next)] !== 1) return undefined
  return !isStamp(text, next) && holdsValue(text, end, next) ? next : undefined
}

function isStamp(text: string, at: number): boolean {
  // Looked at first: most words begin with a letter.
  if (!isDigit(text.charCodeAt(at))) return false
  stamp.lastIndex = at
  return stamp.test(text)
}

/** A few blanks, as where a paragraph is set in. */
function skipIndent(text: string, from: number): number {
  let at = from
  while (at < from + 8 && text.charCodeAt(at) === 0x20) at += 1
  return at
}

function holdsValue(text: string, before: number, behind: number): boolean {
  const digits = digitsFrom(text, before - 1, -1)
  return digits >= fewestDigits || digits + digitsFrom(text, behind, 1) >= fewestDigits
}

/** How many digits are in the word that begins or ends at `from`: enough, when it has an `@`. */
function digitsFrom(text: string, from: number, step: 1 | -1): number {
  let digits = 0
  let at = from
  for (let left = reach; left > 0; left -= 1, at += step) {
    const code = text.charCodeAt(at)
    if (code === 0x40) return fewestDigits
    if (isDigit(code)) digits += 1
    // Groups of digits go on behind a blank.
    else if (isWord[code] !== 1 && (code !== 0x20 || isWord[text.charCodeAt(at + step)] !== 1)) break
  }
  return digits
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
