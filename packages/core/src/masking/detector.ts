import type { Span } from './span.js'

/** What is known of a value besides its text. */
export interface Hints {
  /** The name of the column, key or field that holds it, for example `customer_ssn`. */
  readonly field?: string
}

/** A part of a view that looks like sensitive data. */
export interface Match extends Span {
  /** How sure the detector is, from 0 to 1: its pattern, a checksum and words nearby taken together. */
  readonly score: number
}

/**
 * What a view must hold so that the detector can find anything in it. All that is given must hold. A masker looks for this
 * first, because most texts hold none of it.
 */
export interface Needs {
  /** At least so many decimal digits. */
  readonly digits?: number
  /** One of these, in lower case ASCII; the case of the text does not matter. */
  readonly anyOf?: readonly string[]
}

/** Finds one type of sensitive data. Pure: the same text and hints give the same matches. */
export interface Detector {
  /** For example `credit-card`. */
  readonly type: string
  /** What a text is looked through for first. */
  readonly needs: Needs
  /** The longest match, in UTF-16 code units of a view: so much may wait for its end in a stream. */
  readonly longest: number
  /** Whether the name of a field makes it find more than it would without. Not given: it does not. */
  isHinted?(field: string): boolean
  /** Finds every match in one view of a text, in order. Takes time linear in the text. */
  find(text: string, hints: Hints): readonly Match[]
}

/** Matches below this score are not masked unless the masker is told otherwise. */
export const defaultThreshold = 0.5
