import type { TextPattern } from './text-pattern.js'

/** How many texts are remembered, and how many characters of them. */
const mostTexts = 1_000
const mostCharacters = 4 * 1024 * 1024

/** What was found in one text. */
export interface TextSearch {
  /** Whether a pattern is found in the text; looked for once. */
  found(pattern: TextPattern): boolean
}

/**
 * Remembers what was found in the texts of late, the least recently used forgotten first: a statement that is prepared once is
 * decided each time it runs. Belongs to the patterns of one policy; the next one searches anew.
 */
export class TextSearches {
  readonly #searches = new Map<string, TextSearch>()
  #characters = 0

  of(text: string): TextSearch {
    const search = this.#searches.get(text) ?? searchOf(text)
    if (this.#searches.delete(text)) this.#characters -= text.length
    this.#searches.set(text, search)
    this.#characters += text.length
    for (const oldest of this.#searches.keys()) {
      if (this.#searches.size <= mostTexts && this.#characters <= mostCharacters) break
      this.#searches.delete(oldest)
      this.#characters -= oldest.length
    }
    return search
  }
}

function searchOf(text: string): TextSearch {
  const results = new Map<TextPattern, boolean>()
  return {
    found: (pattern) => {
      const known = results.get(pattern)
      if (known !== undefined) return known
      const isFound = pattern.found(text)
      results.set(pattern, isFound)
      return isFound
    },
  }
}
