import type { Span } from '../span.js'
import type { View } from '../view.js'

/** What a stream must know of the end of a reading. */
export interface Tail {
  readonly text: string
  /** Where, in the original text, the last `units` of this reading begin. Undefined: it does not reach the end of the text. */
  back(units: number): number | undefined
}

/** A view that other views are made from. */
export interface Reading extends View, Tail {
  /** Whether the part is whole: not put together of places that are apart in the text, and not cut at an end. */
  isWhole(part: Span): boolean
  /** Whether it joins what lines keep apart: what it says counts only where no other reading found the same type. */
  readonly isLoose: boolean
}

/** The text as it is. */
export function rawReading(text: string): Reading {
  return {
    text,
    isLoose: false,
    origin: (part) => part,
    isWhole: () => true,
    back: (units) => Math.max(0, text.length - units),
  }
}
