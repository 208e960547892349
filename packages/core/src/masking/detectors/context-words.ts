import type { Span } from '../span.js'

/** Words that say what a value is, when they stand beside it. */
export interface ContextWords {
  /** In lower case. A word of five letters or more also counts as the end or the start of a longer one. */
  readonly words: readonly string[]
  /** How many UTF-16 code units before the match they may be. */
  readonly before: number
  /** As many behind it. None unless given. */
  readonly after?: number
  /** Whether a word before several matches speaks for the first of them alone. */
  readonly first?: true
}

/** Shorter words are parts of too many others: `born` of `inborn`. */
export const longEnough = 5

/**
 * Whether one of the words stands near the span: as a word of its own, or as a part of a name such as `customer_ssn` or
 * `customerSsn`.
 */
export function wordsNear(text: string, { start, end }: Span, { words, before, after = 0 }: ContextWords): boolean {
  const nearby = `${text.slice(Math.max(0, start - before), start)}\n${text.slice(end, end + after)}`
  const lower = nearby.toLowerCase()
  return words.some((word) => holds(nearby, lower, word))
}

function holds(nearby: string, lower: string, word: string): boolean {
  // Lower case may have another length, for example of İ; then names in camel case are not looked at.
  const cased = lower.length === nearby.length ? nearby : lower
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
    const end = at + word.length
    const begins = isApart(cased[at - 1], cased[at])
    const ends = isApart(cased[end - 1], cased[end]) || cased[end] === 's'
    if (begins && ends) return true
    if (word.length >= longEnough && (begins || ends)) return true
  }
  return false
}

/**
 * Whether a word that ends at `end` may stand before what it speaks for, as {@link wordsNear} asks. No is sure: it goes on in
 * letters, and is too short to count then.
 */
export function mayStandBefore(text: string, end: number, length: number): boolean {
  // An S counts beside İ, where nothing is seen of cases.
  return length >= longEnough || isApart(text[end - 1], text[end]) || text[end]?.toLowerCase() === 's'
}

/** The same of a word that begins at `start`, behind what it speaks for. */
export function mayStandBehind(text: string, start: number, length: number): boolean {
  return length >= longEnough || isApart(text[start - 1], text[start])
}

/** Whether a word ends between two signs: where one is no letter or digit, and where lower case changes to upper case. */
function isApart(before = ' ', after = ' '): boolean {
  return !/[\p{L}\d]/u.test(before) || !/[\p{L}\d]/u.test(after) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(after))
}
