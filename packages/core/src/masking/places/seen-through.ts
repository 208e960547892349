import { edited } from '../views/edited.js'
import { foldEdits } from '../views/fold.js'
import { packedEdits } from '../views/packed.js'
import { rawReading, type Reading } from '../views/reading.js'
import { hotPlaces, placeKinds } from './hot-places.js'

const { find, view, fold, packed } = placeKinds

/**
 * Whether something may be found in a part of a text whose hot places have these kinds. Where they only fold or decode, the text
 * that comes of it is looked at: names with accents, and hashes that decode to a few letters, hold nothing either.
 */
export function mayHold(part: string, kinds: number): boolean {
  if ((kinds & (find | view)) !== 0) return true
  const raw = rawReading(part)
  if ((kinds & fold) !== 0 && mayHoldFolded(raw)) return true
  return (kinds & packed) !== 0 && (mayHoldDecoded(raw, 'runs') || mayHoldDecoded(raw, 'pieces'))
}

/** What was folded is folded only once: characters that stay as they are change nothing. */
function mayHoldFolded(reading: Reading): boolean {
  const folded = edited(reading, foldEdits(reading.text))
  return folded !== undefined && (hotPlaces(folded.text).kinds & (find | view | packed)) !== 0
}

function mayHoldDecoded(reading: Reading, by: 'runs' | 'pieces'): boolean {
  const decoded = edited(reading, packedEdits(reading.text, by))
  if (decoded === undefined) return false
  const { kinds } = hotPlaces(decoded.text)
  return (kinds & (find | view | packed)) !== 0 || ((kinds & fold) !== 0 && mayHoldFolded(decoded))
}
