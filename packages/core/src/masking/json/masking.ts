import type { Hints } from '../detector.js'
import type { PathRule } from './path-rule.js'

/** How JSON is masked. */
export interface JsonMasking {
  /** Masks what a string, a number or a key holds. Answers the same text when there is nothing to mask. Never throws. */
  text(value: string, hints: Hints): string | null
  readonly paths: readonly PathRule[]
  /** What a number becomes whose mask is no number: a string, or null. */
  readonly numbers: 'string' | 'null'
  readonly limits: JsonLimits
}

/** What is beyond one of these is masked whole. */
export interface JsonLimits {
  /** Levels of objects and lists. */
  readonly deepest: number
  /** UTF-16 code units of a text. */
  readonly longest: number
  /** How many levels of JSON in strings of JSON are read. */
  readonly nested: number
}

export const defaultJsonLimits: JsonLimits = Object.freeze({ deepest: 64, longest: 4_194_304, nested: 3 })
