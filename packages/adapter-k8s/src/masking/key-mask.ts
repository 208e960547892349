import type { TextMask } from './text-mask.js'

/** Keys come again with every object, so that those without anything in them are remembered. */
const mostRemembered = 10_000
const longestRemembered = 128

/** Masks what detectors find in the keys of objects. */
export class KeyMask {
  readonly #texts: TextMask | undefined
  readonly #harmless: Set<string>

  constructor(texts: TextMask | undefined, harmless: Set<string>) {
    this.#texts = texts
    this.#harmless = harmless
  }

  readonly rename = (key: string): string => {
    if (this.#texts === undefined || this.#harmless.has(key)) return key
    const masked = this.#texts.text(key, {})
    if (masked !== key) return masked ?? '[key]'
    if (key.length <= longestRemembered && this.#harmless.size < mostRemembered) this.#harmless.add(key)
    return key
  }
}
