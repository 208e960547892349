import type { SnapshotValue } from '@bothkeys/core/adapter'
import { BodyReader, cString, executeUnnamed, int32, message, parse, query, sync } from '../door/messages.js'
import { reservedPrefix } from '../door/internal-statement.js'

/** How long the server may plan, and how long it may wait for a lock while others wait behind it, in milliseconds. */
const statementTimeoutMs = 1_500
const lockTimeoutMs = 200

const name = `${reservedPrefix}plan`

/**
 * Begins a transaction that changes nothing and is short of time, whatever the role, the options of the target or a pooler
 * set. Each look in it sees the catalog as it is then.
 */
export const beginReadOnly: Buffer = query(
  Buffer.from(
    `BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = ${String(statementTimeoutMs)}; ` +
      `SET LOCAL lock_timeout = ${String(lockTimeoutMs)}`,
  ),
)

/**
 * Has the server parse a text and its EXPLAIN, which gives every name in it its meaning and locks the relations that it names
 * and those behind its views, and describe the types of its parameters. Runs and plans nothing. The text has lines of its
 * own in EXPLAIN, so that nothing of ours can become a part of it.
 */
export function parsePlan(text: string, types: readonly number[]): Buffer {
  const explained = `EXPLAIN (FORMAT JSON, VERBOSE, ANALYZE false)\n${text}`
  return Buffer.concat([
    // EXPLAIN itself would look behind views only when it is run.
    parse(`${name}_of`, Buffer.from(text, 'utf8'), types),
    parse(name, Buffer.from(explained, 'utf8'), types),
    message('D', cString(`S${name}`)),
    sync,
  ])
}

/** Has it plan what was parsed, with these parameters as `parameterSnapshots` made them. */
export function runPlan(parameters: readonly SnapshotValue[]): Buffer {
  // An array of a type and a value is all that `parameterSnapshots` makes.
  const values = (parameters as readonly (readonly [number, ParameterValue])[]).map(([, value]) => value)
  const formats = values.map((value) => int16(isBytes(value) ? 1 : 0))
  const count = int16(values.length)
  const body = [cString(''), cString(name), count, ...formats, count, ...values.flatMap(lengthAndBytes), int16(0)]
  return Buffer.concat([message('B', Buffer.concat(body)), executeUnnamed, sync])
}

/** The types in a ParameterDescription. */
export function describedTypes(bytes: Buffer): readonly number[] {
  const body = new BodyReader(bytes)
  const count = body.uint16()
  const types: number[] = []
  for (let index = 0; index < count; index++) types.push(body.uint32())
  body.end()
  return types
}

type ParameterValue = null | string | { readonly $bytes: string }

function isBytes(value: ParameterValue): value is { readonly $bytes: string } {
  return typeof value === 'object' && value !== null
}

function lengthAndBytes(value: ParameterValue): readonly Buffer[] {
  if (value === null) return [int32(-1)]
  const bytes = isBytes(value) ? Buffer.from(value.$bytes, 'base64') : Buffer.from(value, 'utf8')
  return [int32(bytes.length), bytes]
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(value, 0)
  return bytes
}
