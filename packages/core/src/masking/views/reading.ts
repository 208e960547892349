import type { Span } from '../span.js'
import type { View } from '../view.js'

/** A view that other views are made from, and that says what a stream must know of its end. */
export interface Reading extends View {
  /** Whether the part is whole: not put together of places that are apart in the text, and not cut at an end. */
  isWhole(part: Span): boolean
  /** Where, in the original text, the last `units` of this reading begin. Undefined: it does not reach the end of the text. */
  back(units: number): number | undefined
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
