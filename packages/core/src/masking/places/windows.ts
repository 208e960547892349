import type { HotPlace } from './hot-places.js'

/**
 * How much is looked at on both sides of a hot place. More than everything that a find depends on: 256 units of context, the
 * longest match that may be spaced out (an address), and what views show around what they change.
 */
const widest = 640
/** How much further a window goes so as not to cut a word. */
const furthest = 4096

/** The parts of a text that are looked at for its hot places, with all their kinds: in order and apart. */
export function windowsOf(text: string, places: readonly HotPlace[], around = widest): readonly HotPlace[] {
  const windows: { start: number; end: number; kind: number }[] = []
  for (const { start, end, kind } of places.toSorted((one, other) => one.start - other.start)) {
    const last = windows.at(-1)
    const from = start - around
    if (last !== undefined && from <= last.end) {
      if (end + around > last.end) last.end = wordEnd(text, end + around)
      last.kind |= kind
      continue
    }
    windows.push({ start: wordStart(text, from), end: wordEnd(text, end + around), kind })
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
function united(windows: readonly HotPlace[]): readonly HotPlace[] {
  const result: { start: number; end: number; kind: number }[] = []
  for (const { start, end, kind } of windows) {
    const last = result.at(-1)
    if (last === undefined || start > last.end) {
      result.push({ start, end, kind })
      continue
    }
    last.end = Math.max(last.end, end)
    last.kind |= kind
  }
  return result
}
