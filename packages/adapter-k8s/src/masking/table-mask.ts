import type { JsonObject, JsonValue } from '../json.js'
import { isList, isObject, own, ownText, withItems, withMembers } from './members.js'
import type { Walk } from './walk.js'

/** The columns that the server prints of secrets, none of which has a value of them. */
const harmless: ReadonlySet<string> = new Set(['name', 'namespace', 'type', 'data', 'age', 'created at'])

/** The names of a table's columns, by their place. Undefined: it does not say. */
export function columnsOf(table: JsonObject): readonly string[] | undefined {
  const definitions = own(table, 'columnDefinitions')
  if (!isList(definitions)) return undefined
  return definitions.map((each) => (isObject(each) ? (ownText(each, 'name') ?? '') : ''))
}

/** What a server prints instead of objects. */
export function maskTable(
  table: JsonObject,
  expected: string | undefined,
  columns: readonly string[] | undefined,
  walk: Walk,
  depth: number,
): JsonObject {
  return withMembers(table, (key, value) => {
    if (key === 'kind') return value
    if (key === 'metadata' && isObject(value)) return walk.metadata(value, false, depth + 1)
    if (key !== 'rows') return walk.value(value, key, depth + 1)
    if (!isList(value)) return walk.hidden(value, depth + 1)
    return withItems(value, (row) => maskRow(row, expected, columns, walk, depth + 1))
  })
}

/** One row: its cells, by the columns of the table, and the object that it is of. */
export function maskRow(
  row: JsonValue,
  expected: string | undefined,
  columns: readonly string[] | undefined,
  walk: Walk,
  depth: number,
): JsonValue {
  if (!isObject(row)) return walk.hidden(row, depth)
  const isSecret = expected === 'Secret' || isSecretObject(own(row, 'object'))
  return withMembers(row, (key, value) => {
    if (key === 'object' && isObject(value)) return walk.object(value, isSecret ? 'Secret' : expected, depth + 1)
    if (key !== 'cells' || !isList(value))
      return isSecret ? walk.hidden(value, depth) : walk.value(value, key, depth + 1)
    return withItems(value, (cell, index) => maskCell(cell, columns?.[index], isSecret, walk, depth + 1))
  })
}

function maskCell(
  cell: JsonValue,
  column: string | undefined,
  isSecret: boolean,
  walk: Walk,
  depth: number,
): JsonValue {
  if (!isSecret) return walk.value(cell, column, depth)
  const isHarmless = column !== undefined && harmless.has(column.toLowerCase()) && isPrinted(cell)
  return isHarmless ? cell : walk.hidden(cell, depth)
}

/** A number, an age, a name or a type, as columns of secrets have them. */
function isPrinted(cell: JsonValue): boolean {
  if (typeof cell === 'number') return Number.isInteger(cell) && cell >= 0 && cell < 1_000_000
  return typeof cell === 'string' && cell.length <= 253 && /^(?:[a-z\d][\w./-]*|[\d:TZ-]+|<[a-z]+>)?$/i.test(cell)
}

function isSecretObject(value: JsonValue | undefined): boolean {
  return isObject(value) && ownText(value, 'kind') === 'Secret'
}
