import type { Span } from '../span.js'
import { editedText } from '../views/edited.js'
import { foldEdits } from '../views/fold.js'
import { editsOfRuns, type PackedBy } from '../views/packed.js'
import { packedRuns } from '../views/packed-runs.js'
import { type HotPlace, hotPlaces, placeKinds } from './hot-places.js'
import { windowsOf } from './windows.js'

const { find, view, fold, packed } = placeKinds
/** As much as is shown beside what is decoded, with a little more: see `edited`. */
const besideDecoded = 320

/** Tells of windows whether something may be found in them. They are asked for in order. */
export class SeenThrough {
  readonly #text: string
  readonly #places: readonly HotPlace[]
  /** What is around all that is only decoded. */
  #decoded: readonly HotPlace[] | undefined
  #next = 0

  constructor(text: string, places: readonly HotPlace[]) {
    this.#text = text
    this.#places = places
  }

  /** A window in which something is decoded, and nothing else is done, is not looked at where nothing is. */
  mayHold({ start, end, kind }: HotPlace): boolean {
    if (kind !== packed) return mayHold(this.#text.slice(start, end), kind)
    const places = (this.#decoded ??= this.#around())
    for (; this.#next < places.length; this.#next += 1) {
      const part = places[this.#next]
      if (part === undefined || part.start >= end) return false
      if (part.start >= start && mayHold(this.#text.slice(part.start, part.end), packed)) return true
    }
    return false
  }

  #around(): readonly HotPlace[] {
    const places = this.#places.filter(({ kind }) => kind === packed)
    return windowsOf(this.#text, places, besideDecoded)
  }
}

/**
 * Whether something may be found in a part of a text whose hot places have these kinds. Where they only fold or decode, the text
 * that comes of it is looked at: names with accents, and hashes that decode to a few letters, hold nothing either.
 */
export function mayHold(part: string, kinds: number): boolean {
  if ((kinds & (find | view)) !== 0) return true
  if ((kinds & fold) !== 0 && mayHoldFolded(part)) return true
  if ((kinds & packed) === 0) return false
  const runs = packedRuns(part)
  return mayHoldDecoded(part, runs, 'runs') || mayHoldDecoded(part, runs, 'pieces')
}

/** What was folded is folded only once: characters that stay as they are change nothing. */
function mayHoldFolded(text: string): boolean {
  const folded = editedText(text, foldEdits(text))
  return folded !== undefined && (hotPlaces(folded).kinds & (find | view | packed)) !== 0
}

/** Whether something may be found in what runs of a text decode to: as long as they go, or in pieces of them. */
export function mayHoldDecoded(text: string, runs: readonly Span[], by: PackedBy): boolean {
  const decoded = editedText(text, editsOfRuns(text, runs, by))
  if (decoded === undefined) return false
  const { kinds } = hotPlaces(decoded)
  return (kinds & (find | view | packed)) !== 0 || ((kinds & fold) !== 0 && mayHoldFolded(decoded))
}
