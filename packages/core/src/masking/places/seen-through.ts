import { editedText } from '../views/edited.js'
import { foldEdits } from '../views/fold.js'
import { packedEdits } from '../views/packed.js'
import { hotPlaces, placeKinds } from './hot-places.js'

const { find, view, fold, packed } = placeKinds

/**
 * Whether something may be found in a part of a text whose hot places have these kinds. Where they only fold or decode, the text
 * that comes of it is looked at: names with accents, and hashes that decode to a few letters, hold nothing either.
 */
export function mayHold(part: string, kinds: number): boolean {
  if ((kinds & (find | view)) !== 0) return true
  if ((kinds & fold) !== 0 && mayHoldFolded(part)) return true
  return (kinds & packed) !== 0 && (mayHoldDecoded(part, 'runs') || mayHoldDecoded(part, 'pieces'))
}

/** What was folded is folded only once: characters that stay as they are change nothing. */
function mayHoldFolded(text: string): boolean {
  const folded = editedText(text, foldEdits(text))
  return folded !== undefined && (hotPlaces(folded).kinds & (find | view | packed)) !== 0
}

function mayHoldDecoded(text: string, by: 'runs' | 'pieces'): boolean {
  const decoded = editedText(text, packedEdits(text, by))
  if (decoded === undefined) return false
  const { kinds } = hotPlaces(decoded)
  return (kinds & (find | view | packed)) !== 0 || ((kinds & fold) !== 0 && mayHoldFolded(decoded))
}
