import type { Edit } from './edit.js'
import { edited } from './edited.js'
import { escapeEdits } from './escapes.js'
import { foldEdits } from './fold.js'
import { packedEdits } from './packed.js'
import { rawReading, type Reading } from './reading.js'
import { regularEdits, separators } from './regular.js'
import { ungluedEdits } from './unglued.js'
import { unwrappedEdits } from './unwrapped.js'

/** How often what was decoded is decoded again. */
export const deepest = 2
/** What all readings of a text together may hold, beyond the text itself: so many times its length, and a little. */
const mostTimes = 24
const mostUnits = 16_384

/** ASCII without control characters but tabs and line breaks: nothing to fold. */
export const foldable = /[^\t\n\u0020-\u007e]/

/** What all readings of a text of this length may hold, beyond the text itself. */
export function mostToRead(length: number): number {
  return length * mostTimes + mostUnits
}

/**
 * Every way to read a text that may show what it holds: as it is, folded, without the separators of groups, without line
 * breaks, apart from letters around, and decoded up to twice. All but the first show changed places and their surroundings only.
 * A reading but the first of which `isClean` says so is not read otherwise again: no view would change it.
 * Undefined: there is too much to read, more than `most` units, and what the text holds remains unknown.
 */
export function readingsOf(
  text: string,
  isClean: (reading: Reading) => boolean = () => false,
  most: number = mostToRead(text.length),
): readonly Reading[] | undefined {
  let budget = most
  const raw = rawReading(text)
  const readings = [raw]
  for (const reading of otherwise(raw, isClean)) {
    budget -= reading.text.length
    if (budget < 0) return undefined
    readings.push(reading)
  }
  return readings
}

function* otherwise(raw: Reading, isClean: (reading: Reading) => boolean): Generator<Reading> {
  const waiting: { reading: Reading; depth: number }[] = [{ reading: raw, depth: 0 }]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { reading, depth } = next
    if (depth > 0 && isClean(reading)) continue
    const folded = foldable.test(reading.text) ? edited(reading, foldEdits(reading.text)) : undefined
    if (folded !== undefined) yield folded
    // Places that need no folding are only seen in what was folded.
    const sources = folded === undefined ? [reading] : [reading, folded]
    for (const source of sources) {
      if (source === folded && isClean(folded)) continue
      for (const [edits, isLoose] of arrangements(source.text)) {
        const arranged = edited(source, edits, isLoose)
        if (arranged !== undefined) yield arranged
      }
      if (depth === deepest) continue
      for (const edits of [
        escapeEdits(source.text),
        packedEdits(source.text, 'runs'),
        packedEdits(source.text, 'pieces'),
      ]) {
        const decoded = edited(source, edits)
        if (decoded === undefined) continue
        yield decoded
        waiting.push({ reading: decoded, depth: depth + 1 })
      }
    }
  }
}

function arrangements(text: string): readonly (readonly [Edit[], boolean])[] {
  return [
    ...separators.map((separator) => [regularEdits(text, separator), false] as const),
    [unwrappedEdits(text), true],
    [ungluedEdits(text), false],
  ]
}
