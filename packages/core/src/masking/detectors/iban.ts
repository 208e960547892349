import type { Detector, Match } from '../detector.js'
import { ibanLength, isIban } from './iban-countries.js'

/** How an IBAN begins; the rest follows from its country. */
export const ibanPattern = /(?<![A-Z\d])[A-Z]{2}[ -]?\d[ -]?\d/gi

/** With a blank or a dash between any two characters. */
const longest = 33 * 2 - 1

/** International bank account numbers: known countries, their lengths and forms, and the check digits; in any grouping. */
export const iban: Detector = Object.freeze({
  type: 'iban',
  // The check digits. The rest may be letters.
  needs: { digits: 2 },
  longest,
  find(text: string): readonly Match[] {
    const found: Match[] = []
    let after = 0
    for (const { index } of text.matchAll(ibanPattern)) {
      if (index < after) continue
      const end = endOfIban(text, index)
      if (end === undefined) continue
      found.push({ start: index, end, score: 0.95 })
      after = end
    }
    return found
  },
})

/** Where the IBAN ends that begins at `start`; undefined: none does. */
export function endOfIban(text: string, start: number): number | undefined {
  const length = ibanLength(text.slice(start, start + 2).toUpperCase())
  if (length === undefined) return undefined
  let [plain, at] = ['', start]
  for (; plain.length < length && at - start < longest; at++) {
    const char = text[at] ?? ''
    if (/[A-Z\d]/i.test(char)) plain += char.toUpperCase()
    else if (!/[ -]/.test(char) || !/[A-Z\d]/i.test(text[at + 1] ?? '')) return undefined
  }
  if (/[A-Z\d]/i.test(text[at] ?? '')) return undefined
  return isIban(plain) ? at : undefined
}
