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
    const { first, last } = keepable(characters, keepFirst, keepLast)
    const { length } = characters
    return textOf(characters, 0, first) + stars + textOf(characters, length - last, length)
  }
  return guarded({
    name: 'partial',
    deterministic: false,
    mask(value) {
      const at = keepDomain && isAddress(value) ? value.indexOf('@') : -1
      return at < 0 ? shorten(value) : shorten(value.slice(0, at)) + value.slice(at)
    },
  })
}

const local = /^[^\s@"<>,;:]{1,128}$/
const label = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,62}$/u
const topLabel = /^[\p{L}\p{M}]{2,63}$/u

/** Whether a value is an address with one `@`, and with a domain that cannot be taken for anything else. */
function isAddress(value: string): boolean {
  const at = value.indexOf('@')
  const domain = value.slice(at + 1)
  if (at < 0 || domain.length > 253 || !local.test(value.slice(0, at))) return false
  const labels = domain.split('.')
  const top = labels.pop() ?? ''
  return labels.length > 0 && topLabel.test(top) && labels.every((each) => label.test(each) && !each.endsWith('-'))
}

const separator = /^[\p{Z}\p{C}\p{Pd}.,:;/\\()_+'"]*$/u

/** Each as a reader sees it. A text of ASCII is one by itself. */
type Characters = string | readonly string[]

/** As many characters at each end as leave enough hidden: of those that are no separators, and of the code units too. */
function keepable(
  characters: Characters,
  keepFirst: number,
  keepLast: number,
): { readonly first: number; readonly last: number } {
  const { length } = characters
  let first = Math.min(atLeastNone(keepFirst), length)
  let last = Math.min(atLeastNone(keepLast), length - first)
  const all = weigh(characters, 0, length)
  const hidden = weigh(characters, first, length - last)
  while (first + last > 0) {
    if (hidden.telling >= leastHidden && hidden.telling * 2 >= all.telling && hidden.units * 2 >= all.units) break
    const given = first > 0 ? first - 1 : length - last
    const { telling, units } = weigh(characters, given, given + 1)
    hidden.telling += telling
    hidden.units += units
    if (first > 0) first--
    else last--
  }
  return { first, last }
}

/** What is no number of characters keeps none, instead of counting from the other end. */
function atLeastNone(count: number): number {
  return Number.isInteger(count) && count > 0 ? count : 0
}

/** How many of the characters tell something, and how many code units they have. */
function weigh(characters: Characters, start: number, end: number): { telling: number; units: number } {
  let telling = 0
  if (typeof characters === 'string') {
    for (let at = start; at < end; at++) telling += asciiTelling[characters.charCodeAt(at)] ?? 1
    return { telling, units: end - start }
  }
  let units = 0
  for (const character of characters.slice(start, end)) {
    if (!separator.test(character)) telling += 1
    units += character.length
  }
  return { telling, units }
}

/** 1 for each character of ASCII that is no separator. */
const asciiTelling = Uint8Array.from({ length: 128 }, (_, unit) => (separator.test(String.fromCharCode(unit)) ? 0 : 1))

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const printableAscii = /^[\x20-\x7e]*$/

function charactersOf(value: string): Characters {
  if (printableAscii.test(value)) return value
  return Array.from(graphemes.segment(value), ({ segment }) => segment)
}

function textOf(characters: Characters, start: number, end: number): string {
  return typeof characters === 'string' ? characters.slice(start, end) : characters.slice(start, end).join('')
}
