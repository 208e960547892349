import { keyRows, vendors } from '../detectors/cloud-key.js'
import { mayStandBefore } from '../detectors/context-words.js'
import { birthWords, dateOfBirth } from '../detectors/date-of-birth.js'
import { phoneWords } from '../detectors/phone.js'
import { secret } from '../detectors/secret.js'
import type { Span } from '../span.js'
import { KeywordEnds, type KeywordOf } from './keyword-ends.js'
import { finds } from './number-places.js'

/** A list of words, and the place that one of them makes hot; undefined: none. The word ends at `end`, and has `length` units. */
interface WordPlaces {
  readonly words: readonly string[]
  /** Whether the words make nothing hot inside of others: they begin a key, which stands by itself. */
  readonly begin?: boolean
  place(text: string, end: number, length: number): Span | undefined
}

const pairs = /\s{0,3}=/y
const assigned = /s?\\?["']?\s{0,3}(?::=|=>|[:=])\s{0,3}\\?["']?[\w./+=~!$%^*-]{16}/y
const authorization = /\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?(?:bearer|basic|token)\s/iy
/** A private key may be as long, and its end missing. */
const longestKey = 32_768

const lists: readonly WordPlaces[] = [
  { words: phoneWords.filter(isAscii), place: () => undefined },
  {
    words: birthWords.filter(isAscii),
    place: (text, end, length) => (isBeforeDate(text, end, length) ? { start: end - 1, end } : undefined),
  },
  {
    words: 'password passwd pwd accountkey sharedaccesskey'.split(' '),
    place: (text, end) => (follows(pairs, text, end) ? { start: end - 1, end } : undefined),
  },
  {
    words: 'key secret token passwd passwod passwrd password passphrase credential'.split(' '),
    place: (text, end) => (follows(assigned, text, end) ? within(secret, text, end - 64, end + 320) : undefined),
  },
  {
    words: ['authorization'],
    place: (text, end) => (follows(authorization, text, end) ? { start: end, end: end + 2100 } : undefined),
  },
  { words: ['eyj'], place: (text, end) => (text.startsWith('eyJ', end - 3) ? tokenAround(text, end) : undefined) },
  { words: ['private key', 'private-lines'], place: (_, end) => ({ start: end - 64, end: end + longestKey }) },
  ...keyRows.map(({ keywords, context, vendor, pattern }, index): WordPlaces => {
    const [detector, reach] = [vendors[index], reachOf(vendor)]
    if (detector === undefined) return { words: [], place: () => undefined }
    if (context !== undefined || reach !== undefined) {
      const [before, after] = reach ?? [160, 192]
      return { words: keywords, place: (text, end) => within(detector, text, end - before, end + after) }
    }
    const begin = beginsToken(pattern, keywords)
    const before = begin ? (keywords[0]?.length ?? 0) + 1 : 0
    return {
      words: keywords,
      begin,
      place: (text, end) =>
        !(before > 0 && isWordUnit(text.charCodeAt(end - before))) && isInToken(text, end)
          ? within(detector, text, end - 128, end + 256)
          : undefined,
    }
  }),
]

/** The list of words that only matter beside numbers. */
export const phoneList = 0

export const keywords = new KeywordEnds(lists.map(({ words }) => words))

/** The words that may be a part of a digest. */
export const digestWords = new KeywordEnds(lists.map(({ words }) => words.filter((word) => /^[\da-f]+$/.test(word))))

/** Whether a word with its last byte at `at` makes nothing hot, since another one that begins from `start` on goes on with it. */
export function isInWord(bytes: Uint8Array, start: number, at: number, { letters, list }: KeywordOf): boolean {
  const before = at - letters.length
  return lists[list]?.begin === true && before >= start && isWordUnit(bytes[before] ?? 0)
}

/** The place that is hot because a word of a list, of so many units, ends at `end`. */
export function keywordPlace(list: number, text: string, end: number, length: number): Span | undefined {
  return lists[list]?.place(text, end, length)
}

function isAscii(word: string): boolean {
  return /^[ -~]+$/.test(word)
}

const otherWords = [phoneWords, birthWords].map((words) => words.filter((word) => !isAscii(word)))
const otherLetters: ReadonlySet<number> = new Set(
  Array.from(otherWords.flat().join('').replaceAll(/[ -~]/g, ''), (letter) => [letter, letter.toUpperCase()])
    .flat()
    .map((letter) => letter.charCodeAt(0)),
)

/** The most units that such a word has. */
export const longestOther = Math.max(...otherWords.flat().map(({ length }) => length))

/** The list with a word that has the letter at `at`, which is not ASCII; undefined: none has. */
export function otherList(text: string, at: number): number | undefined {
  if (!otherLetters.has(text.charCodeAt(at))) return undefined
  const around = text.slice(Math.max(0, at - 16), at + 16).toLowerCase()
  const list = otherWords.findIndex((words) => words.some((word) => around.includes(word)))
  return list < 0 ? undefined : list
}

/** Whether a word speaks for a date behind it, which is near. Of words with accents, `end` is where they may end. */
function isBeforeDate(text: string, end: number, length: number): boolean {
  return mayStandBefore(text, end, length) && finds(dateOfBirth, text, end - 48, end + 96)
}

/** Keys whose word stands apart from them: how far it is looked for. */
function reachOf(vendor: string): readonly [number, number] | undefined {
  if (vendor === 'Discord') return [1024, 1024]
  return vendor === 'Google service account' ? [32, 96] : undefined
}

function follows(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** What a detector finds between two places, with the keyword. */
function within(detector: (typeof vendors)[number], text: string, from: number, to: number): Span | undefined {
  const start = Math.max(0, from)
  const found = detector.find(text.slice(start, to), {})
  return found.length === 0 ? undefined : { start, end: Math.min(to, text.length) }
}

/** Whether all that a pattern matches begins with the only keyword, and follows nothing that words are made of. */
export function beginsToken({ source }: RegExp, [keyword, ...others]: readonly string[]): boolean {
  const start = /^\(\?<!(?:\\w|\[\\w[^\]]*\])\)/.exec(source)?.[0]
  if (start === undefined || keyword === undefined || others.length > 0 || source.includes('|')) return false
  const rest = source
    .slice(start.length)
    .replaceAll(/\\([./+$])/g, '$1')
    .toLowerCase()
  // The last letter may not be missing.
  return rest.startsWith(keyword) && !/^[?*{]/.test(rest.slice(keyword.length))
}

function isWordUnit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code === 0x5f
}

const isTokenUnit = new Uint8Array(128)
for (const unit of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,+/=~:%-')
  isTokenUnit[unit.charCodeAt(0)] = 1
/** No key is shorter, with what its word is: `tskey-` and eight more. */
const shortestKey = 14

/** Whether the word is in a token that is long enough for a key. */
function isInToken(text: string, end: number): boolean {
  let [start, to] = [end - 1, end]
  while (to - end < shortestKey && isTokenUnit[text.charCodeAt(to)] === 1) to += 1
  while (to - start < shortestKey && isTokenUnit[text.charCodeAt(start - 1)] === 1) start -= 1
  return to - start >= shortestKey
}

function tokenAround(text: string, at: number): Span {
  let [start, end] = [at, at]
  while (isTokenUnit[text.charCodeAt(start - 1)] === 1 && at - start < 16_384) start -= 1
  while (isTokenUnit[text.charCodeAt(end)] === 1 && end - at < 16_384) end += 1
  return { start, end }
}
