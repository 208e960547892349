import type { Span } from './span.js'

/** Sensitive data found in a text: the part of the original text that holds it, whatever the view it was found in. */
export interface Finding extends Span {
  readonly type: string
  readonly score: number
}
