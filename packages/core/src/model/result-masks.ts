import type { Duplex } from 'node:stream'

/** Makes of a value what may be seen of it. Never throws. */
export interface CellMask {
  /**
   * Whether nothing of a value may tell, not even that it is missing: each becomes the same. Else a missing value stays one,
   * and `mask` sees the others as text.
   */
  readonly whole: boolean
  /** Null: a missing value. */
  mask(text: string): string | null
}

/** Looks for what is sensitive in the values of columns that no rule masks. Never throws. */
export interface ContentMask {
  /** A text, with the name of its column as a hint. */
  text(value: string, column: string | undefined): string | null
  /** The same for all that leave the same texts under the same columns as they are, so that those may be remembered. */
  readonly finder?: object
  /** A JSON text; what comes out is JSON. */
  json(value: string, column: string | undefined): string
  /**
   * Tells from the bytes of a text in UTF-8, from `start` to `end`, whether `text` may change it: no is sure, yes is not. Undefined,
   * or not given: only `text` tells for this column.
   */
  screen?(column: string | undefined): ((bytes: Uint8Array, start: number, end: number) => boolean) | undefined
  /**
   * For a text in UTF-8 that comes in parts, as logs do: parts that are split anywhere are masked like the whole, and bytes that are no
   * UTF-8 come out as they are. What waits comes out when nothing has come for a while. It takes no more while its reader is slow, and
   * fails with ERR_INTERNAL when finding does: what waited is dropped then.
   */
  stream(): Duplex
}

/** What a door makes of the result of one permitted action before anybody sees it. */
export interface ResultMasks {
  /** The mask of a column by its place in the result, from 0. Undefined: no rule masks it. */
  at(index: number): CellMask | undefined
  /** How many columns it knows; undefined when it masks all of them, however many. A result with another number is masked whole. */
  readonly columns: number | undefined
  /** Whether a rule masks this column for the session: the door asks for where the target says that a column comes from. */
  covers(resource: string, column: string): boolean
  /** For columns without a mask. */
  readonly content: ContentMask | undefined
  /** Counts what was masked, for the record. */
  masked(cells: number): void
}
