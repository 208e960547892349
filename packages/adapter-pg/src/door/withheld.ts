import type { ErrorFields } from './messages.js'
import { message, cString } from './messages.js'

/**
 * An error or a notice of the server without what may hold values: its SQLSTATE, severity, and the names of schema, table,
 * column, type and constraint stay, and its message where that never has any. Detail, hint, context and the queries of
 * functions go.
 */
export function withheld(bytes: Buffer, fields: ErrorFields, rules: readonly string[]): Buffer {
  const sqlState = fields.get('C') ?? ''
  const parts = [...fields].filter(([letter]) => kept.includes(letter))
  const said = namesOnly.test(sqlState) ? fields.get('M') : undefined
  const rule =
    rules.length === 0
      ? 'no rule lets this session'
      : `rule ${rules.join(', ')} keeps this session from it, or asks people`
  parts.push(['M', said ?? `${conditionOf(sqlState)}; the message of the server is withheld`])
  parts.push(['D', `withheld, since it may quote columns that this session may not read (${rule})`])
  const body = parts.map(([letter, value]) => cString(`${letter}${value}`))
  return message(String.fromCharCode(bytes.readUInt8(0)), Buffer.concat([...body, Buffer.from([0])]))
}

/** Severity, SQLSTATE, names, and the place in the server's source. */
const kept = 'SVCsctdnFLR'

/**
 * SQLSTATEs with which the server itself says nothing but names in its message (PostgreSQL documentation, Appendix A): lost
 * connections, violated constraints and views, states of transactions, conflicts, resources, interventions, rights, locks,
 * and definitions of what is there already.
 */
const namesOnly =
  /^(?:08|23|25|40|44|53|57)|^(?:2BP01|42501|42701|42710|42712|42723|42P03|42P04|42P05|42P06|42P07|55006|55P03)$/

/** What a SQLSTATE says, by its class. */
function conditionOf(sqlState: string): string {
  return conditions.get(sqlState.slice(0, 2)) ?? 'other condition'
}

const conditions: ReadonlyMap<string, string> = new Map([
  ['00', 'notice'],
  ['01', 'warning'],
  ['02', 'no data'],
  ['0A', 'feature not supported'],
  ['21', 'cardinality violation'],
  ['22', 'data exception'],
  ['24', 'invalid cursor state'],
  ['28', 'invalid authorization'],
  ['2F', 'exception in an SQL routine'],
  ['34', 'invalid cursor name'],
  ['38', 'exception in an external routine'],
  ['39', 'invocation of an external routine'],
  ['3D', 'invalid database name'],
  ['3F', 'invalid schema name'],
  ['42', 'syntax error or access rule violation'],
  ['54', 'program limit exceeded'],
  ['55', 'object not in the state that is needed'],
  ['58', 'system error'],
  ['F0', 'configuration file error'],
  ['HV', 'error of a foreign server'],
  ['P0', 'error raised by a function'],
  ['XX', 'internal error of the server'],
])
