import type { Span } from './span.js'

/** Sensitive data found in a text: the part of the original text that holds it, whatever the view it was found in. */
export interface Finding extends Span {
  /** The detector's type, for example `email`. */
  readonly type: string
  /** How sure the detector is, from 0 to 1. */
  readonly score: number
}

/** The type of a text that nothing vouches for, and that is masked whole. */
export const uncheckedType = 'unchecked'

/** The type of what had to be masked in a stream before it could be decided. */
export const undecidedType = 'undecided'
