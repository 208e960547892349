import type { Span } from '../span.js'
import type { Edit } from './edit.js'
import { rawReading, type Reading } from './reading.js'

/** How much of the text around an edit a view shows, in UTF-16 units, and how much further it looks for the end of a line. */
const margin = 128
const reach = 128
/** Stands between places that are apart. No pattern goes over it. */
export const gap = '\n\u0000\n'

interface Run {
  /** Where it begins in the view. */
  readonly at: number
  readonly start: number
  readonly end: number
  /** As in {@link Edit}. Zero: each unit was made from the whole run. */
  readonly per: number
  readonly base: number
  /** Where the unit would be that the counting begins with. */
  readonly first: number
}

/**
 * The text with the edits done, or undefined when there are none. Edits are in order and do not overlap. It shows the
 * surroundings of the edits only: the rest is seen in `parent`.
 */
export function edited(parent: Reading, edits: readonly Edit[], isLoose = parent.isLoose): Reading | undefined {
  if (edits.length === 0) return undefined
  const source = parent.text
  const runs: Run[] = []
  const windows: { at: number; from: number; isCutBefore: boolean; isCutBehind: boolean; end: number }[] = []
  const pieces: string[] = []
  let at = 0
  const add = (text: string, start: number, end: number, per: number, base = start, phase = 0): void => {
    if (text.length === 0) return
    runs.push({ at, start, end, per, base, first: at - phase })
    pieces.push(text)
    at += text.length
  }
  for (let index = 0; index < edits.length;) {
    const first = edits[index]
    if (first === undefined) break
    const from = windowStart(source, first.start)
    if (windows.length > 0) add(gap, from, from, 0)
    const window = { at, from, isCutBefore: from > 0, isCutBehind: false, end: 0 }
    let done = from
    let until = from
    do {
      const edit = edits[index]
      if (edit === undefined) break
      add(source.slice(done, edit.start), done, edit.start, 1)
      add(edit.text, edit.start, edit.reach ?? edit.end, edit.per ?? 0, edit.base, edit.phase)
      done = Math.max(done, edit.end)
      index += 1
      until = windowEnd(source, done)
    } while ((edits[index]?.start ?? Infinity) <= until + margin + reach)
    add(source.slice(done, until), done, until, 1)
    window.isCutBehind = until < source.length
    window.end = at
    windows.push(window)
  }
  const lastWindow = windows.at(-1)

  const runAt = (unit: number): Run | undefined => {
    let low = 0
    let high = runs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((runs[middle]?.at ?? Infinity) <= unit) low = middle
      else high = middle - 1
    }
    return runs[low]
  }
  /** What a unit was made from, in the parent. */
  const unitStart = (unit: number): number => {
    const run = runAt(unit)
    if (run === undefined) return 0
    return run.per === 0 ? run.start : run.base + Math.floor((unit - run.first) * run.per + 1e-9)
  }
  const unitEnd = (unit: number): number => {
    const run = runAt(unit)
    if (run === undefined) return 0
    return run.per === 0 ? run.end : run.base + Math.ceil((unit - run.first + 1) * run.per - 1e-9)
  }

  return {
    text: pieces.join(''),
    isLoose,
    origin(part: Span): Span {
      const start = unitStart(part.start)
      return parent.origin({ start, end: part.end > part.start ? Math.max(start, unitEnd(part.end - 1)) : start })
    },
    isWhole(part) {
      const window = windows.findLast(({ at: begin }) => begin <= part.start)
      if (window === undefined || part.end > window.end) return false
      if (window.isCutBefore && part.start === window.at) return false
      if (window.isCutBehind && part.end === window.end) return false
      return parent.isWhole({ start: unitStart(part.start), end: unitEnd(Math.max(part.start, part.end - 1)) })
    },
    back(units) {
      if (lastWindow === undefined || lastWindow.isCutBehind || parent.back(0) === undefined) return undefined
      const shown = at - lastWindow.at
      const start = shown >= units ? unitStart(at - units) : Math.max(0, lastWindow.from - (units - shown))
      return parent.origin({ start, end: start }).start
    },
  }
}

/** The text of {@link edited} alone, which costs less. */
export function editedText(source: string, edits: readonly Edit[]): string | undefined {
  if (edits.length === 0) return undefined
  // A longer one shows only a part.
  if (source.length > margin) return edited(rawReading(source), edits)?.text
  let text = ''
  let done = 0
  for (const edit of edits) {
    text += source.slice(done, edit.start) + edit.text
    done = Math.max(done, edit.end)
  }
  return text + source.slice(done)
}

/** Windows begin and end with a line where one is near: what is cut in the middle of a number looks like another. */
function windowStart(text: string, from: number): number {
  const wanted = Math.max(0, from - margin)
  for (let at = wanted; at > wanted - reach && at > 0; at -= 1) if (text.charCodeAt(at - 1) === 10) return at
  return Math.max(0, wanted - reach)
}

function windowEnd(text: string, to: number): number {
  const wanted = Math.min(text.length, to + margin)
  for (let at = wanted; at < wanted + reach && at < text.length; at += 1) if (text.charCodeAt(at) === 10) return at
  return Math.min(text.length, wanted + reach)
}
