import type { ColumnFlow, NamedFlow, RelationColumn, Sources } from './column-flow.js'
import { numberOf, nodeOf, textOf, type TreeNode } from './tree.js'

/**
 * Room is counted in stored values, none of which takes as many bytes as this. No value holds more than a gigabyte, and where it
 * would, the server fails: what may get near it tells how long the values are that it is made of.
 */
export const bytesOfValue = 10_000_000

/** What is made of so many stored values has room in one value. */
export const roomOfOne = 100

/** A row is sent in one message, which holds no more than one value does; most of them are short. */
const roomOfRow = 200

/** What is of any size: a parameter, mostly, which is as long as a message of a client may be. */
const unknownRoom = 7

/** What a call adds by itself: names, times, separators, padding up to a thousand characters. */
export const roomOfCall = 0.005

/** What a few characters stand for at most: `1e131071`, with as many digits behind the point as there may be. */
export const longestNumber = 150_000
const exponents = /[\d._]e[-+]?\d/gi

/** Nothing else that a constant stands for is more than sixteen times as long when it is written out. */
export function roomOfConstant(body: TreeNode): number {
  const written = ['sval', 'fval', 'bsval'].map((field) => textOf(nodeOf(body, field) ?? {}, field)).join('')
  const numbers = written.match(exponents)?.length ?? 0
  return (16 * (written.length + 1) + longestNumber * numbers) / bytesOfValue
}

/** What `char(n)` adds: a text is filled up with blanks. */
export function roomOfBlanks(modifiers: readonly TreeNode[]): number {
  const [constant] = modifiers.map((modifier) => nodeOf(nodeOf(modifier, 'A_Const') ?? {}, 'ival'))
  return constant === undefined ? Infinity : numberOf(constant, 'ival') / bytesOfValue
}

/** Whether a row of these columns may be too large to be sent, or kept. Each stored column counts once for nothing. */
export function isLargeRow(columns: readonly NamedFlow[]): boolean {
  const stored = new Set<string>()
  let room = 0
  for (const { flow } of columns) {
    const known = stored.size
    if (flow.plain) stored.add(columnOf(flow.sources))
    if (stored.size === known) room += flow.size === Infinity ? unknownRoom : flow.size
  }
  return room > roomOfRow
}

/** Whether a value may be too large for COPY, which writes some characters as two. */
export function isLargeCopied({ plain, size }: ColumnFlow): boolean {
  return !plain && size !== Infinity && 2 * size > roomOfOne
}

/** A plain value is of one column, whatever others it is reached by. */
function columnOf(sources: Sources): string {
  let current: Sources | undefined = sources
  while (current !== undefined) {
    const [column] = current.columns as Set<Partial<RelationColumn>>
    if (column !== undefined) return `${String(column.relation)}.${String(column.column)}`
    current = [...current.parts][0]
  }
  return ''
}
