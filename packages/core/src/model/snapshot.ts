import { BothKeysError } from '../errors.js'
import { maxNesting } from './canonical-json.js'

/**
 * A frozen copy of a value in which everything that JSON cannot tell apart is tagged:
 * `{ $bigint }`, `{ $bytes }` (base64), `{ $date }` (ISO 8601), `{ $number }` (`-0`, `NaN`, `Infinity`, `-Infinity`) and
 * `{ $undefined }`. A member name that starts with `$` gets one more `$`. Distinct values have distinct snapshots.
 */
export type SnapshotValue =
  | null
  | boolean
  | number
  | string
  | readonly SnapshotValue[]
  | { readonly [key: string]: SnapshotValue }

/** What is wrapped around a snapshot on its way, tags included, has the rest of what is written and read. */
const maxDepth = maxNesting - 16

/**
 * Copies a value into a frozen, type-tagged snapshot in one pass: each property and getter is read exactly once.
 * Throws ERR_SNAPSHOT_INVALID on Map, Set, functions, symbols, class instances, cycles, array holes, lone surrogates
 * and nesting deeper than 48 levels.
 */
export function snapshot(value: unknown): SnapshotValue {
  return copy(value, [])
}

function copy(value: unknown, path: readonly object[]): SnapshotValue {
  switch (typeof value) {
    case 'string':
      return wellFormed(value)
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return tag('$number', Object.is(value, -0) ? '-0' : String(value))
    case 'bigint':
      return tag('$bigint', value.toString())
    case 'undefined':
      return tag('$undefined', true)
    case 'object':
      return value === null ? null : copyObject(value, path)
    default:
      throw invalid(`a ${typeof value}`)
  }
}

function copyObject(value: object, path: readonly object[]): SnapshotValue {
  if (value instanceof Uint8Array) return tag('$bytes', Buffer.from(value).toString('base64'))
  if (value instanceof Date) return tag('$date', isoDate(value))
  if (path.includes(value)) throw invalid('a cycle')
  if (path.length >= maxDepth) throw invalid(`nesting deeper than ${String(maxDepth)} levels`)
  const inner = [...path, value]
  if (Array.isArray(value)) return Object.freeze(copyArray(value, inner))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw invalid('an object that is not plain')
  if (Object.getOwnPropertySymbols(value).length > 0) throw invalid('a symbol key')
  const members: Record<string, SnapshotValue> = Object.create(null) as Record<string, SnapshotValue>
  for (const [key, member] of Object.entries(value)) {
    members[wellFormed(key.startsWith('$') ? `$${key}` : key)] = copy(member, inner)
  }
  return Object.freeze(members)
}

function copyArray(value: readonly unknown[], path: readonly object[]): SnapshotValue[] {
  const items: SnapshotValue[] = []
  const length = value.length
  for (let index = 0; index < length; index++) {
    if (!Object.hasOwn(value, index)) throw invalid('a hole in an array')
    items.push(copy(value[index], path))
  }
  return items
}

function tag(name: string, value: string | true): SnapshotValue {
  return Object.freeze({ [name]: value })
}

function isoDate(value: Date): string {
  const time = value.getTime()
  if (Number.isNaN(time)) throw invalid('an invalid date')
  return new Date(time).toISOString()
}

function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw invalid('text with a lone surrogate')
  return text
}

function invalid(what: string): BothKeysError {
  return new BothKeysError('ERR_SNAPSHOT_INVALID', `cannot take a snapshot of ${what}`, {
    hint: 'pass plain JSON values, bigint, bytes or dates',
  })
}
