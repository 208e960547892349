/** A part of a text, in UTF-16 code units. `end` is the first unit behind it. */
export interface Span {
  /** The first unit, counted from 0. */
  readonly start: number
  /** The first unit behind it. */
  readonly end: number
}
