import type { Span } from '../span.js'
import { withUnits } from '../places/units.js'
import type { Edit } from './edit.js'

/** What values are written in groups with. */
export const separators: readonly string[] = [' ', '-', '.', '_', '/', '+', '\n']

/** The furthest that one separator may be from the next: groups of up to seven characters. */
export const longestStep = 8
/** A longer row is looked at in parts. */
const longestRow = 512
/** Fewer digits are no value that anybody protects. */
export const fewestDigits = 5

/**
 * Leaves out separators that stand at equal distances, as in `4 1 1 1 1 …`, `4111.1111.…` or `j o h n @ …`: whoever writes a
 * value in groups writes it like that. Needs four of them with groups of one or two characters, two with longer groups, and an
 * `@` or some digits between them. Words beside the groups stay apart.
 */
export function regularEdits(text: string, separator: string): Edit[] {
  const first = text.indexOf(separator)
  return first < 0 ? [] : withUnits(text, (units) => editsFrom(first, units, text, separator))
}

function editsFrom(first: number, units: Uint16Array, text: string, separator: string): Edit[] {
  const edits: Edit[] = []
  const code = separator.charCodeAt(0)
  for (let at = first; at !== -1; at = text.indexOf(separator, at + 1)) {
    const step = stepFrom(units, at, code)
    if (step === 0) continue
    let last = at
    while (isNext(units, last, step, code)) last += step
    const [from, to] = withoutWords(units, at, last, step)
    for (let place = from; place <= to; place += step) edits.push({ start: place, end: place + 1, text: '' })
    at = last
  }
  return edits
}

/** The distance at which the separator follows, or 0. */
function stepFrom(units: Uint16Array, at: number, separator: number): number {
  let first = 1
  while (first <= longestStep && units[at + first] !== separator) first += 1
  for (let step = Math.max(2, first); step <= longestStep; step += 1) {
    const needed = separatorsOf(step)
    let count = 1
    while (count < needed && isNext(units, at + (count - 1) * step, step, separator)) count += 1
    if (count >= needed) return step
  }
  return 0
}

/** How many separators are a row. */
function separatorsOf(step: number): number {
  return step < 4 ? 4 : 2
}

/**
 * Whether one separator follows another. Dots and dashes may also belong to the value: `jane..doe.@exa.mple..com` has one in
 * every fifth place, and its own. Blanks do not.
 */
function isNext(units: Uint16Array, at: number, step: number, separator: number): boolean {
  if (at < 0 || units[at] !== separator || units[at + step] !== separator) return false
  if (separator !== 0x20) return true
  let next = at + 1
  while (units[next] !== separator) next += 1
  return next === at + step
}

/** The first and the last separator that parts groups of one value, and no words. None: the last is before the first. */
function withoutWords(units: Uint16Array, first: number, last: number, step: number): readonly [number, number] {
  let [from, to] = [first, last]
  if (!isGroupBefore(units, first, step)) from += step
  if (!isGroupBehind(units, last, step)) to -= step
  if (hasAt(units, from - step + 1, to + step)) return [from, to]
  // Single letters are no words.
  if (step > 3) [from, to] = withoutLetters(units, from, to, step)
  return hasDigits(units, from - step + 1, to + step, fewestDigits) ? [from, to] : [from, from - 1]
}

function withoutLetters(units: Uint16Array, first: number, last: number, step: number): readonly [number, number] {
  let [from, to] = [first, last]
  while (from <= to && !hasDigits(units, from - step + 1, from, 1)) from += step
  while (to >= from && !hasDigits(units, to + 1, to + step, 1)) to -= step
  return [from, to]
}

/** The row of separators in steps of `step` that ends with the one at `last`, if {@link regularEdits} may leave some of it out. */
export function rowBefore(units: Uint16Array, last: number, step: number): Span | undefined {
  const separator = units[last] ?? 0
  let first = last
  while (last - first < longestRow && isNext(units, first - step, step, separator)) first -= step
  if (last - first < (separatorsOf(step) - 1) * step) return undefined
  const [start, end] = [first - step + 1, last + step]
  if (!hasDigits(units, start, end, fewestDigits) && !hasAt(units, start, end)) return undefined
  const [from, to] = withoutWords(units, first, last, step)
  return from <= to ? { start: first, end: last + 1 } : undefined
}

function hasDigits(units: Uint16Array, start: number, end: number, fewest: number): boolean {
  let left = fewest
  for (let at = Math.max(0, start); at < end && left > 0; at += 1) {
    const code = units[at] ?? 0
    if (code >= 0x30 && code <= 0x39) left -= 1
  }
  return left === 0
}

function hasAt(units: Uint16Array, start: number, end: number): boolean {
  for (let at = Math.max(0, start); at < end; at += 1) if (units[at] === 0x40) return true
  return false
}

/** Whether what is before a separator is no longer than the groups are. */
function isGroupBefore(units: Uint16Array, at: number, step: number): boolean {
  return at < step || !isWord(units[at - step] ?? 0)
}

function isGroupBehind(units: Uint16Array, at: number, step: number): boolean {
  for (let place = at + 1; place < at + step; place += 1) if (!isInGroup(units[place] ?? 0)) return true
  return !isWord(units[at + step] ?? 0)
}

function isInGroup(code: number): boolean {
  return code > 0x20
}

function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code > 0x7f
}
