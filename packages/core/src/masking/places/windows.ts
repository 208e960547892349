import type { Span } from '../span.js'

/**
 * How much is looked at on both sides of a hot place. More than everything that a find depends on: 256 units of context, the
 * longest match that may be spaced out (an address), and what views show around what they change.
 */
const around = 640
/** How much further a window goes so as not to cut a word. */
const furthest = 4096

/** The parts of a text that are looked at for its hot places: in order and apart. */
export function windowsOf(text: string, places: readonly Span[]): readonly Span[] {
  const windows: { start: number; end: number }[] = []
  for (const place of places.toSorted((one, other) => one.start - other.start)) {
    const last = windows.at(-1)
    const from = place.start - around
    if (last !== undefined && from <= last.end) {
      if (place.end + around > last.end) last.end = wordEnd(text, place.end + around)
      continue
    }
    windows.push({ start: wordStart(text, from), end: wordEnd(text, place.end + around) })
  }
  return united(windows)
}

function wordStart(text: string, wanted: number): number {
  let at = wanted
  while (at > 0 && wanted - at < furthest && text.charCodeAt(at - 1) > 0x20) at -= 1
  return Math.max(0, at)
}

function wordEnd(text: string, wanted: number): number {
  let at = wanted
  while (at < text.length && at - wanted < furthest && text.charCodeAt(at) > 0x20) at += 1
  return Math.min(text.length, at)
}

/** Words may have drawn windows into each other. */
function united(windows: readonly Span[]): readonly Span[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of windows) {
    const last = result.at(-1)
    if (last === undefined || start > last.end) result.push({ start, end })
    else last.end = Math.max(last.end, end)
  }
  return result
}
