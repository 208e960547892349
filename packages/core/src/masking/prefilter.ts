import type { Detector } from './detector.js'
import { keywordTable, type KeywordTable } from './keyword-table.js'

/**
 * Says which detectors a text may hold anything for, in one pass: all keywords are looked for at once, and digits are counted.
 */
export class Prefilter {
  readonly #detectors: readonly Detector[]
  readonly #fewestDigits: readonly number[]
  /** Whether a detector needs no keyword. A keyword that is not ASCII is not looked for. */
  readonly #needsNone: readonly boolean[]
  readonly #keywords: KeywordTable

  constructor(detectors: readonly Detector[]) {
    this.#detectors = detectors
    this.#fewestDigits = detectors.map(({ needs }) => needs.digits ?? 0)
    this.#needsNone = detectors.map(({ needs }) => needs.anyOf === undefined || !needs.anyOf.every(isKeyword))
    this.#keywords = keywordTable(detectors.map(({ needs }) => (needs.anyOf ?? []).filter(isKeyword)))
  }

  /** The detectors that may find something in the text, in their order. */
  passes(text: string): readonly Detector[] {
    const { columns, table } = this.#keywords
    const seen = new Set<number>()
    let digits = 0
    let state = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code > 127) {
        state = 0
        continue
      }
      if (code < 58 && code > 47) digits += 1
      const next = table[state + (columns[code] ?? 0)] ?? 0
      state = next < 0 ? ~next : next
      if (next < 0) for (const index of this.#keywords.listsOf(state)) seen.add(index)
    }
    return this.#detectors.filter(
      (_, index) => digits >= (this.#fewestDigits[index] ?? 0) && (this.#needsNone[index] === true || seen.has(index)),
    )
  }
}

function isKeyword(word: string): boolean {
  return word !== '' && !/[^ -~]/.test(word)
}
