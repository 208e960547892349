import type { Refuse } from './identifier.js'
import { refused } from './identifier.js'
import { maxNesting } from '../model/canonical-json.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** In a text that is JSON, and outside of its strings: what makes a string a name, and a number. */
const colon = /[ \t\r\n]*:/uy
const number = /[-+.eE0-9]+/uy

/**
 * Reads a JSON object that means the same to every reader: valid UTF-8 without a byte order mark, no name twice in one
 * object, no number that is read as infinite, no lone surrogates, nested no deeper than `canonicalJson` writes: 64 levels (RFC 8259 sections 4, 6 and 8,
 * RFC 8725 section 2.4). Throws what `refuse` makes, ERR_TOKEN_INVALID if left out, which says
 * that `what` is wrong and holds nothing of the text.
 */
export function strictJsonObject(
  bytes: Uint8Array,
  what: string,
  refuse: Refuse = refused,
): Readonly<Record<string, unknown>> {
  const text = decoded(bytes, what, refuse)
  const value = parsed(text, what, refuse)
  if (Object.prototype.toString.call(value) !== '[object Object]') throw refuse(`${what} is not a JSON object`)
  assertOneMeaning(text, what, refuse)
  // A JSON value that is no array, string, number, boolean or null.
  return value as Readonly<Record<string, unknown>>
}

function decoded(bytes: Uint8Array, what: string, refuse: Refuse): string {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw refuse(`${what} is not valid UTF-8`)
  }
  if (text.startsWith('\uFEFF')) throw refuse(`${what} begins with a byte order mark`)
  return text
}

/** The parser's error quotes the text, so nothing of it is kept. */
function parsed(text: string, what: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refuse(`${what} is not JSON`)
  }
}

/** Looks at a text that is JSON from left to right. */
function assertOneMeaning(text: string, what: string, refuse: Refuse): void {
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    if (letter === '"') {
      const string = text.slice(at, stringEnd(text, at))
      const value = JSON.parse(string) as string
      if (!value.isWellFormed()) throw refuse(`${what} has a broken character`)
      at += string.length - 1
      if (matchAt(colon, text, at + 1) === '') continue
      const names = open.at(-1)
      if (names?.has(value) === true) throw refuse(`${what} has a name twice`)
      names?.add(value)
    } else if (letter === '{' || letter === '[') {
      if (open.push(new Set()) > maxNesting) throw refuse(`${what} is nested too deeply`)
    } else if (letter === '}' || letter === ']') open.pop()
    else if (letter === '-' || (letter >= '0' && letter <= '9')) {
      const digits = matchAt(number, text, at)
      if (!Number.isFinite(Number(digits))) throw refuse(`${what} has a number that is too large`)
      at += digits.length - 1
    }
  }
}

/** The first place behind a string that begins here. */
function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at + 1
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
