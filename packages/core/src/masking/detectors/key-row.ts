import type { ContextWords } from './context-words.js'
import type { Scores } from './define-detector.js'

/** The keys of one vendor. */
export interface KeyRow {
  readonly vendor: string
  /** Where the form is described: the vendor's page, or, where it has none, a public rule that finds such keys. */
  readonly source: string
  /** In lower case: one of them is in every text with such a key. */
  readonly keywords: readonly string[]
  readonly pattern: RegExp
  /** 0.95 unless given. */
  readonly score?: Scores
  readonly context?: ContextWords
  /** Whether it must look random too: where only the length tells it from other texts. */
  readonly random?: true
}

/** Keys without a form of their own: only beside the vendor's name. */
export function beside(...words: readonly string[]): Pick<KeyRow, 'score' | 'context' | 'random'> {
  return { score: { alone: 0, context: 0.85 }, context: { words, before: 60, after: 20 }, random: true }
}

/** So many hexadecimal digits, of either case, that are no part of a longer token. */
export function hexadecimal(length: number): RegExp {
  return new RegExp(String.raw`(?<![\w-])[\da-f]{${String(length)}}(?![\w-])`, 'gi')
}

/** A UUID that is no part of a longer token. */
export const uuid = /(?<![\w-])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\w-])/gi
