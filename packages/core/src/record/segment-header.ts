import { canonicalJson } from '../model/canonical-json.js'

/** What a segment says of the one before it. */
export interface SegmentSummary {
  /**
   * Whether the segment before was given up after a failure: only its first `bytes` count, and the events behind them
   * stand in this segment again.
   */
  readonly abandoned: boolean
  readonly bytes: number
  /** SHA-256 over the hashes of its lines, header first. So each header vouches for all segments before it. */
  readonly digest: string
  /** How many events it holds. */
  readonly events: number
}

/**
 * The first line of a segment. It is not an event: it has no place of its own in the order, and everything in it follows
 * from the segments before, so that an edit of it shows.
 */
export interface SegmentHeader {
  readonly segment: number
  readonly recorder: string
  /** The lsn of the segment's first event. */
  readonly lsn: number
  /** Null for the first segment. */
  readonly previous: SegmentSummary | null
}

const type = 'journal.segment'

/** The header's line, as RFC 8785 text. */
export function headerText({ lsn, previous, recorder, segment }: SegmentHeader): string {
  const summary =
    previous === null
      ? null
      : { abandoned: previous.abandoned, bytes: previous.bytes, digest: previous.digest, events: previous.events }
  return canonicalJson({ lsn, previous: summary, recorder, segment, type, v: 1 })
}

/** Reads a header back. Undefined when the text is not exactly what `headerText` writes for some header. */
export function parseHeader(text: string): SegmentHeader | undefined {
  try {
    const header = JSON.parse(text) as SegmentHeader
    return isHeader(header) && headerText(header) === text ? header : undefined
  } catch {
    return undefined
  }
}

/** The types of what is used; `headerText` then sees to the rest. */
function isHeader({ lsn, previous, recorder, segment }: SegmentHeader): boolean {
  const counts: readonly unknown[] = [lsn, segment, ...(previous === null ? [] : [previous.bytes, previous.events])]
  return counts.every(Number.isSafeInteger) && typeof recorder === 'string'
}

const segmentFile = /^journal-(\d{8,})\.jsonl$/

/** The file name of a segment. */
export function segmentName(segment: number): string {
  return `journal-${String(segment).padStart(8, '0')}.jsonl`
}

/** The segments among the names of a directory, in order. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  const numbers = names.flatMap((name) => {
    const number = Number(segmentFile.exec(name)?.[1] ?? 0)
    return number > 0 && segmentName(number) === name ? [number] : []
  })
  return numbers.toSorted((a, b) => a - b)
}
