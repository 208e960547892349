import type { Damage } from './damage.js'
import type { FileSystem } from './file-system.js'
import type { Line } from './line-reader.js'
import { readLines } from './line-reader.js'
import { parseEvent } from './parse-event.js'
import type { SegmentHeader, SegmentSummary } from './segment-header.js'
import { parseHeader } from './segment-header.js'

/** What the header of a segment must say, from what was read before it. */
export interface HeaderPlace {
  readonly segment: number
  readonly lsn: number
  /** Undefined before the first segment. */
  readonly recorder: string | undefined
  readonly previous: SegmentSummary | null
}

/** The header of a segment, or what is wrong with its first line. `rest`: the lines behind it. */
export function checkHeader(line: Line | undefined, place: HeaderPlace, rest: Iterable<Line>): SegmentHeader | Damage {
  const header = headerOf(line)
  if (header === undefined) return noHeader(line, place, rest)
  const { lsn, recorder, segment } = header
  if (segment !== place.segment) return edit(place.lsn, `this is the header of segment ${String(segment)}`)
  if (recorder !== (place.recorder ?? recorder)) return edit(place.lsn, 'the recorder is another one')
  if (lsn > place.lsn) {
    return { kind: 'truncation', lsn: place.lsn, detail: `the segment before ends at lsn ${String(place.lsn - 1)}` }
  }
  if (lsn < place.lsn) return edit(lsn, 'the segment before has more events than were written to it')
  if (sameSummary(header.previous, place.previous)) return header
  return edit(firstLsn(place), 'an event or the header of the segment before is not what was written')
}

/** The header on a whole line. */
export function headerOf(line: Line | undefined): SegmentHeader | undefined {
  return line?.text !== undefined && line.isWhole ? parseHeader(line.text) : undefined
}

/** The header of a segment's file. */
export function headerIn(fileSystem: FileSystem, path: string): SegmentHeader | undefined {
  const file = fileSystem.open(path, 'read')
  try {
    const first = readLines(fileSystem, file, fileSystem.status(path).bytes).next()
    return headerOf(first.done === true ? undefined : first.value)
  } finally {
    fileSystem.close(file)
  }
}

function noHeader(line: Line | undefined, place: HeaderPlace, rest: Iterable<Line>): Damage {
  for (const later of rest) {
    if (headerOf(later)?.segment === place.segment) {
      return { kind: 'reorder', lsn: place.lsn, detail: 'the header of the segment stands behind events' }
    }
  }
  const isEvent = line?.text !== undefined && parseEvent(line.text) !== undefined
  return isEvent
    ? { kind: 'gap', lsn: place.lsn, detail: 'the header of the segment is missing' }
    : edit(place.lsn, 'the first line is not the header of the segment')
}

/** `abandoned` is for the reader alone: it says why the segment before goes on behind `bytes`. */
function sameSummary(said: SegmentSummary | null, read: SegmentSummary | null): boolean {
  if (said === null || read === null) return said === read
  return said.bytes === read.bytes && said.digest === read.digest && said.events === read.events
}

/** The first event of the segment before: somewhere from there on. */
function firstLsn({ lsn, previous }: HeaderPlace): number {
  return previous === null ? 0 : lsn - previous.events
}

function edit(lsn: number, detail: string): Damage {
  return { kind: 'edit', lsn, detail }
}
