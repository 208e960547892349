import type { Operator } from '../operator.js'
import { guarded } from './guarded.js'

/** How much of a value may be seen. Each is the most: a short value shows less. */
export interface PartialOptions {
  /** Characters at the start. None unless given. */
  readonly keepFirst?: number
  /** Characters at the end. None unless given. */
  readonly keepLast?: number
  /** Of an e-mail address, everything from the `@` on; the other two then count in what stands before it. */
  readonly keepDomain?: boolean
}

/** Always as many, so that they do not tell how long the value is. */
const stars = '***'
const leastHidden = 6
/** In code units. A longer value shows nothing: it is not worth the time to tell its characters. */
const longest = 10_000

/**
 * Shows the first or last characters of a value, and hides at least six characters and half of it whatever is asked for
 * (RULES 30). Characters are what a reader sees as one; blanks, dashes and other separators do not count as hidden. A value
 * that is too short for what is asked for shows less at the start, then less at the end. What an e-mail address shows of its
 * domain is not counted: the part before it is, and shows nothing below seven characters. A value of over 10,000 code units shows nothing.
 *
 * Is meant for a value as it is stored: the last characters of what was computed from one may be its first.
 *
 * @example
 * const email = { type: 'email', domain: 'users' }
 * partial({ keepFirst: 1, keepDomain: true }).mask('jane.doe@example.com', email) // 'j***@example.com'
 */
export function partial(options: PartialOptions): Operator {
  const { keepFirst = 0, keepLast = 0, keepDomain = false } = options
  const shorten = (value: string): string => {
    if (value.length > longest) return stars
    const characters = charactersOf(value)
    const kept = keepable(characters, keepFirst, keepLast)
    const last = characters.slice(characters.length - kept.last)
    return `${characters.slice(0, kept.first).join('')}${stars}${last.join('')}`
  }
  return guarded({
    name: 'partial',
    deterministic: false,
    mask(value) {
      const at = keepDomain && address.test(value) ? value.indexOf('@') : -1
      return at < 0 ? shorten(value) : shorten(value.slice(0, at)) + value.slice(at)
    },
  })
}

/** With one `@`, and with a domain that cannot be taken for anything else. */
const address =
  /^[^\s@"<>,;:]{1,128}@(?=.{1,253}$)(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}]{2,63}$/u
const separator = /^[\p{Z}\p{C}\p{Pd}.,:;/\\()_+'"]*$/u

/** As many characters at each end as leave enough hidden: of those that are no separators, and of the code units too. */
function keepable(
  characters: readonly string[],
  keepFirst: number,
  keepLast: number,
): { readonly first: number; readonly last: number } {
  const all = weigh(characters)
  let first = Math.min(atLeastNone(keepFirst), characters.length)
  let last = Math.min(atLeastNone(keepLast), characters.length - first)
  const kept = weigh([...characters.slice(0, first), ...characters.slice(characters.length - last)])
  const hidesEnough = (): boolean => {
    const telling = all.telling - kept.telling
    return telling >= leastHidden && telling * 2 >= all.telling && (all.units - kept.units) * 2 >= all.units
  }
  while (first + last > 0 && !hidesEnough()) {
    const given = weigh([(first > 0 ? characters[first - 1] : characters[characters.length - last]) ?? ''])
    kept.telling -= given.telling
    kept.units -= given.units
    if (first > 0) first--
    else last--
  }
  return { first, last }
}

/** What is no number of characters keeps none, instead of counting from the other end. */
function atLeastNone(count: number): number {
  return Number.isInteger(count) && count > 0 ? count : 0
}

/** How many characters tell something, and how many code units all have. */
function weigh(characters: readonly string[]): { telling: number; units: number } {
  const telling = characters.filter((character) => !separator.test(character)).length
  return { telling, units: characters.join('').length }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const printableAscii = /^[\x20-\x7e]*$/

/** What a reader sees as one character each. */
function charactersOf(value: string): readonly string[] {
  if (printableAscii.test(value)) return value.split('')
  return Array.from(graphemes.segment(value), ({ segment }) => segment)
}
