import { bytesOfValue, longestNumber } from './room.js'
import { type TypeCatalog, underDomains } from './total-types.js'

/** What values of a column take at most, as they are written out. */
export interface StoredRoom {
  readonly size: number
  /** 1 where they may be written much longer than they are stored. */
  readonly documents: number
}

/** Types of values that are a few dozen characters, and of numbers. */
const short: ReadonlySet<number> = new Set([
  16, 20, 21, 23, 26, 650, 700, 701, 774, 829, 869, 1082, 1083, 1114, 1184, 1186, 1266, 2950,
])
const numeric = 1700
const jsonb = 3802
const roomOfShort = 100 / bytesOfValue

/** The room of a value of a type that is short however it is written; undefined for any other. */
export function shortRoom(type: number): number | undefined {
  return short.has(type) ? roomOfShort : undefined
}

/** How many letters a byte of a value becomes: `\001` in bytea, one for each bit; texts are texts already. */
const letters: ReadonlyMap<number, number> = new Map([
  [17, 4],
  [1560, 8],
  [1562, 8],
  ...[18, 19, 25, 114, 142, 1042, 1043, jsonb].map((text): [number, number] => [text, 1]),
])

/** Of eight bytes of a path, and of four of a vector of an extension. */
const lettersOfOthers = 4

/**
 * In arrays: their elements have quotes, backslashes and commas, and of enums they are names. A NULL takes a bit and is written as
 * five letters, so that this holds for ten million elements.
 */
const lettersInArray = 5
const lettersOfBytes = 10
const lettersOfNames = 16
const bytesArray = 1001
const firstUserType = 16_384

/** Rows quote what is in them. */
export const quoted = 2

/** Of what is stored in a column, or in one whose type is not known. */
export function roomOfType(catalog: TypeCatalog, type: number | undefined): StoredRoom {
  if (type === undefined) return { size: 1, documents: 0 }
  return { size: sizeOf(catalog, type), documents: isDocument(catalog, type) ? 1 : 0 }
}

function sizeOf(catalog: TypeCatalog, type: number, depth = 0): number {
  const base = underDomains(catalog, type)
  const number = longestNumber / bytesOfValue
  if (base === numeric) return number
  const info = catalog.types.get(base)
  if (info?.kind === 'composite') return sizeOfRow(catalog, fieldsOf(catalog, base), depth + 1)
  if (base === bytesArray) return lettersOfBytes
  const element = isArray(catalog, base) ? (info?.element ?? 0) : 0
  if (element !== 0) return element < firstUserType ? lettersInArray : lettersOfNames
  if (info?.kind === 'enum') return roomOfShort
  return shortRoom(base) ?? letters.get(base) ?? lettersOfOthers
}

/** All of it may be in the field that takes most when it is written, and is quoted; each of the others may be a long number. */
function sizeOfRow(catalog: TypeCatalog, fields: readonly number[], depth: number): number {
  if (depth > deepest) return Infinity
  const numbers = (longestNumber / bytesOfValue) * fields.length
  return quoted * (numbers + Math.max(1, ...fields.map((field) => sizeOf(catalog, field, depth))))
}

/** Types that have elements and are stored as short as those: names, points, vectors of numbers. */
function isArray({ types }: TypeCatalog, type: number): boolean {
  const element = types.get(type)?.element ?? 0
  return element !== 0 && types.get(element)?.array === type
}

/**
 * Whether values may be much longer when they are written than they are stored: a number like `1e131071` takes a few bytes, and
 * these hold any number of them.
 */
function isDocument(catalog: TypeCatalog, type: number, depth = 0): boolean {
  const base = underDomains(catalog, type)
  if (base === jsonb || depth > deepest) return true
  const info = catalog.types.get(base)
  if (info === undefined) return false
  if (info.kind === 'multirange') return true
  if (info.kind === 'composite') return fieldsOf(catalog, base).some((field) => isDocument(catalog, field, depth + 1))
  return info.element !== 0 && holdsNumber(catalog, info.element, depth + 1)
}

function holdsNumber(catalog: TypeCatalog, type: number, depth: number): boolean {
  const base = underDomains(catalog, type)
  const kind = catalog.types.get(base)?.kind
  if (base === numeric || kind === 'range' || isDocument(catalog, base, depth)) return true
  return kind === 'composite' && fieldsOf(catalog, base).some((field) => holdsNumber(catalog, field, depth + 1))
}

/** Rows in rows are followed so far. */
const deepest = 16

function fieldsOf({ relations, types }: TypeCatalog, type: number): readonly number[] {
  const columns = relations.get(types.get(type)?.relation ?? 0)?.columns
  return columns === undefined ? [jsonb] : [...columns.values()].map((column) => column.type)
}
