import type { Span } from '../span.js'
import type { Edit } from '../views/edit.js'
import { editedText } from '../views/edited.js'
import { escapeEdits } from '../views/escapes.js'
import { foldEdits } from '../views/fold.js'
import { editsOfRuns, type PackedBy } from '../views/packed.js'
import { packedRuns } from '../views/packed-runs.js'
import { deepest, foldable, mostToRead } from '../views/readings.js'
import { unwrappedEdits } from '../views/unwrapped.js'
import { findsIn, type HotPlace, hotPlaces, placeKinds } from './hot-places.js'
import { windowsOf } from './windows.js'

const { find, view, packed, escape, wrap } = placeKinds
/** As much as views show beside what they change, with a little more: see `edited`. */
const beside = 320
/** What is read of a text besides itself, at most, as often as it is long: separators, line breaks and letters left out. */
const arrangements = 11

/** Tells of windows whether something may be found in them. They are asked for in order. */
export class SeenThrough {
  readonly #text: string
  readonly #places: readonly HotPlace[]
  /** What is around all places at which something is read otherwise, and nothing is found yet. */
  #parts: readonly HotPlace[] | undefined
  #next = 0

  constructor(text: string, places: readonly HotPlace[]) {
    this.#text = text
    this.#places = places
  }

  /** A window in which characters, escapes, runs or line breaks are read otherwise is not looked at where that shows nothing. */
  mayHold({ start, end, kind }: HotPlace): boolean {
    if ((kind & (find | view)) !== 0) return true
    const parts = (this.#parts ??= this.#around())
    const room = new Room(end - start)
    for (; this.#next < parts.length; this.#next += 1) {
      const part = parts[this.#next]
      if (part === undefined || part.start >= end) return false
      if (part.start >= start && mayHold(this.#text.slice(part.start, part.end), part.kind, room)) return true
    }
    return false
  }

  #around(): readonly HotPlace[] {
    const places = this.#places.filter(({ kind }) => (kind & (find | view)) === 0)
    return windowsOf(this.#text, places, beside)
  }
}

/** How much may be looked through: no more than all readings of a text may hold, so that what is too much to read stays that. */
class Room {
  #left: number

  constructor(length: number) {
    this.#left = mostToRead(length) - length * arrangements
  }

  /** Whether there is room for what a text is read as. */
  has(text: string): boolean {
    this.#left -= text.length * arrangements
    return this.#left >= 0
  }
}

/**
 * Whether something may be found in a part of a text whose hot places have these kinds: no is sure. It goes the way of
 * `readingsOf`, and only asks each text that comes of it for hot places: names with accents, quotes in JSON, and hashes that
 * decode to a few letters hold nothing.
 */
export function mayHold(text: string, kinds: number, room = new Room(text.length), depth = 0): boolean {
  if (kinds === 0) return false
  if (mayHoldAsIs(text, kinds, room, depth)) return true
  const folded = foldable.test(text) ? editedText(text, foldEdits(text)) : undefined
  if (folded === undefined) return false
  return !room.has(folded) || mayHoldAsIs(folded, hotPlaces(folded).kinds, room, depth)
}

/** The same of what needs no folding. */
function mayHoldAsIs(text: string, kinds: number, room: Room, depth: number): boolean {
  if ((kinds & (find | view)) !== 0) return true
  if ((kinds & wrap) !== 0 && findsIn(editedText(text, unwrappedEdits(text)) ?? '')) return true
  if (depth === deepest) return false
  if ((kinds & escape) !== 0 && mayHoldEdited(text, escapeEdits(text), room, depth)) return true
  if ((kinds & packed) === 0) return false
  const runs = packedRuns(text)
  return (['runs', 'pieces'] as const).some((by) => mayHoldEdited(text, editsOfRuns(text, runs, by), room, depth))
}

function mayHoldEdited(text: string, edits: readonly Edit[], room: Room, depth: number): boolean {
  const decoded = editedText(text, edits)
  if (decoded === undefined) return false
  return !room.has(decoded) || mayHold(decoded, hotPlaces(decoded).kinds, room, depth + 1)
}

/** Whether something may be found in what runs of a text decode to: as long as they go, or in pieces of them. */
export function mayHoldDecoded(text: string, runs: readonly Span[], by: PackedBy): boolean {
  return mayHoldEdited(text, editsOfRuns(text, runs, by), new Room(text.length), 0)
}
