import type { Damage } from './damage.js'
import { headerOf } from './header-check.js'
import type { Line } from './line-reader.js'
import { parseEvent } from './parse-event.js'

/**
 * Names what is wrong with a line from the lines behind it. `suspected`: what the line looks like by itself, undefined
 * when it is no event at all. In the last segment, damage with no event behind it is what a crash leaves: `torn`.
 */
export function classify(
  line: Line,
  suspected: Damage | undefined,
  rest: Iterable<Line>,
  lsn: number,
  isLastSegment: boolean,
): Damage | 'torn' {
  if (suspected?.kind === 'gap') return isAmong(rest, lsn) ? reorder(lsn) : suspected
  if (suspected !== undefined) return suspected
  if (headerOf(line) !== undefined) return { kind: 'duplicate', lsn, detail: 'a second header' }
  if (isLastSegment && !isAmong(rest, undefined)) return 'torn'
  if (line.isWhole) return { kind: 'edit', lsn, detail: 'the line is not an event' }
  return { kind: 'truncation', lsn, detail: 'the segment ends within an event' }
}

/** Whether an event, of that lsn if one is given, is among the lines. */
function isAmong(lines: Iterable<Line>, lsn: number | undefined): boolean {
  for (const line of lines) {
    const event = line.text === undefined || !line.isWhole ? undefined : parseEvent(line.text)
    if (event !== undefined && event.lsn === (lsn ?? event.lsn)) return true
  }
  return false
}

function reorder(lsn: number): Damage {
  return { kind: 'reorder', lsn, detail: `lsn ${String(lsn)} stands behind later ones` }
}
