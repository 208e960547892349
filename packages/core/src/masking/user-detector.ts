import { RE2JS } from 're2js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Detector, Match, Needs } from './detector.js'

/** A type of sensitive data of one's own. */
export interface UserDetectorOptions {
  /** Its name: lower case letters, digits and dashes. */
  readonly type: string
  /** In the linear dialect: RE2 syntax, without back references and look-around. At most 1,000 characters. */
  readonly pattern: string
  /** How sure a match is, above 0 and up to 1. 1 unless given. */
  readonly score?: number
  /** The longest match that is told from its surroundings, in UTF-16 code units: 1 to 4,096, 256 unless given. */
  readonly longest?: number
  /** What a text must hold to be searched at all. Nothing unless given. */
  readonly needs?: Needs
}

const optionNames: ReadonlySet<string> = new Set(['type', 'pattern', 'score', 'longest', 'needs'])
const needNames: ReadonlySet<string> = new Set(['digits', 'anyOf'])
const longestPattern = 1_000
const largestProgram = 2_000
const mostLongest = 4_096
/** A search that begins anew behind each match may read the same text each time. */
const mostMatches = 64

/**
 * Makes a detector of a pattern. Searching takes time linear in the text, however the pattern was chosen: a text is read in
 * pieces that overlap by the longest match, and a piece with more than 64 matches is one match. Throws ERR_CONFIG_INVALID for
 * a pattern outside the linear dialect, one that is too large, one that finds the empty text, and for options that do not exist.
 *
 * @example
 * userDetector({ type: 'employee', pattern: String.raw`\bEMP-\d{6}\b`, needs: { digits: 6, anyOf: ['emp-'] } })
 */
export function userDetector(options: UserDetectorOptions): Detector {
  assertKnownOptions('userDetector', options, optionNames)
  const { type, pattern, score = 1, longest = 256, needs = {} } = options
  if (typeof type !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(type)) {
    throw wrongOption('userDetector', 'type is lower case letters, digits and dashes, 64 at most')
  }
  if (!(typeof score === 'number' && score > 0 && score <= 1))
    throw wrongOption(`the detector ${type}`, 'score is above 0 and at most 1')
  if (!isWholeIn(longest, 1, mostLongest)) throw wrongOption(`the detector ${type}`, 'longest is from 1 to 4096')
  const compiled = compile(`the detector ${type}`, pattern)
  return Object.freeze({
    type,
    needs: checkedNeeds(type, needs),
    longest,
    find: (text: string) => find(compiled, text, longest).map(({ start, end }) => ({ start, end, score })),
  })
}

function isWholeIn(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function checkedNeeds(type: string, needs: Needs): Needs {
  assertKnownOptions(`needs of the detector ${type}`, needs, needNames)
  const { digits } = needs
  const anyOf: unknown = needs.anyOf
  if (digits !== undefined && !isWholeIn(digits, 0, mostLongest)) {
    throw wrongOption(`the detector ${type}`, 'needs.digits is a whole number')
  }
  // Upper case would be looked for in a text that is in lower case, and never be there.
  const isFound = (word: unknown): boolean => typeof word === 'string' && /^[\x20-\x40\x5b-\x7e]+$/.test(word)
  if (anyOf !== undefined && !(Array.isArray(anyOf) && anyOf.length > 0 && anyOf.every(isFound))) {
    throw wrongOption(`the detector ${type}`, 'needs.anyOf is a list of words in lower case ASCII')
  }
  return Object.freeze({
    ...(digits !== undefined && { digits }),
    ...(needs.anyOf !== undefined && { anyOf: Object.freeze([...needs.anyOf]) }),
  })
}

/** Compiles a pattern of the linear dialect. Throws ERR_CONFIG_INVALID that says what is wrong with it; `of` names its owner. */
export function compile(of: string, pattern: unknown): RE2JS {
  if (typeof pattern !== 'string' || pattern === '') throw wrongOption(of, 'pattern is a text, and not an empty one')
  if (pattern.length > longestPattern) {
    throw wrongOption(of, `a pattern may have at most ${String(longestPattern)} characters`)
  }
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'it does not compile'
    throw wrongOption(of, `not a pattern of the linear dialect: ${reason}`)
  }
  if (compiled.programSize() > largestProgram) {
    throw wrongOption(of, 'the pattern is too large; use smaller repetition counts')
  }
  if (compiled.matches('')) throw wrongOption(of, 'the pattern finds the empty text')
  return compiled
}

type Part = Omit<Match, 'score'>

function find(pattern: RE2JS, text: string, longest: number): readonly Part[] {
  // With one more at each side, so that a match can be told to begin and to end where it does.
  const overlap = longest + 2
  const piece = Math.max(4_096, overlap * 4)
  const found: Part[] = []
  for (let start = 0; ; start += piece - overlap) {
    const end = Math.min(start + piece, text.length)
    for (const match of findIn(pattern, text.slice(start, end))) {
      const part = { start: match.start + start, end: match.end + start }
      // Where a piece is cut, a pattern may begin or end that does not in the text. Another piece holds all of it.
      const isCut = (match.start === 0 && start > 0) || (part.end === end && end < text.length)
      if (!isCut || part.end - part.start > longest) found.push(part)
    }
    if (end === text.length) return merged(found)
  }
}

function findIn(pattern: RE2JS, piece: string): readonly Part[] {
  const matcher = pattern.matcher(piece)
  const found: Part[] = []
  while (matcher.find()) {
    if (found.length === mostMatches) return [{ start: 0, end: piece.length }]
    if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() })
  }
  return found
}

/** In order, and what overlaps as one. */
function merged(parts: readonly Part[]): readonly Part[] {
  const result: Part[] = []
  for (const part of parts.toSorted((one, other) => one.start - other.start)) {
    const last = result.at(-1)
    if (last === undefined || part.start >= last.end) result.push(part)
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, part.end) }
  }
  return result
}
