import type { ContentMask } from '@bothkeys/core/adapter'

/** Masks what detectors find in a text. Core's `Masker` is one. */
export interface TextMask {
  /** The text with everything masked that is found in it; null when all of it is, by an operator that says so. */
  text(value: string, hints: { readonly field?: string }): string | null
  /** The same for all that leave the same texts as they are, so that those may be remembered. Undefined: nobody knows. */
  readonly finder?: object | undefined
}

/** The detectors of a permitted action, as its result masks have them. Undefined: no rule wants any. */
export function textsOf(content: ContentMask | undefined): TextMask | undefined {
  return content && { text: (value, { field }) => content.text(value, field), finder: content.finder }
}
