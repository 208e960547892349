/**
 * A part of a text that a view reads otherwise. With `per`, unit `i` of `text` was made from the units of the source from
 * `base + floor((phase + i) * per)` to `base + ceil((phase + i + 1) * per)`; without it, from the whole part.
 */
export interface Edit {
  readonly start: number
  readonly end: number
  /** Where ends what `text` was made from, if further than the part: a base64 character holds bits of two bytes. */
  readonly reach?: number
  /** What is read instead; empty: nothing. */
  readonly text: string
  /** How many units one unit of the view is written in: 2 for hexadecimal, 4/3 for base64. */
  readonly per?: number
  /** Where the counting begins; `start` if not given. */
  readonly base?: number
  /** How many units of the view lie between there and `text`; 0 if not given. */
  readonly phase?: number
}
