import type { Span } from './span.js'

/** One way to read a text: as it is, folded to plain characters, or decoded. */
export interface View {
  /** What detectors read. */
  readonly text: string
  /** The smallest part of the original text that this part of the view was made from. */
  origin(part: Span): Span
}
