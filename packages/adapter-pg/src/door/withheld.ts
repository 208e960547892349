import type { ContentMask } from '@bothkeys/core/adapter'
import type { ErrorFields } from './messages.js'
import { message, cString } from './messages.js'

/**
 * An error or a notice without what may hold values. Of one that the server made its SQLSTATE, severity, and the names of
 * schema, table, column, type and constraint stay, and its message where that never has any. Of one that a program may have
 * made, with any of these, SQLSTATE and severity stay. Detail, hint, context and the queries of functions go.
 */
export function withheld(
  bytes: Buffer,
  fields: ErrorFields,
  rules: readonly string[],
  by: 'the server' | 'a program',
): Buffer {
  const sqlState = fields.get('C') ?? ''
  const isServers = by === 'the server'
  const parts = [...fields].filter(([letter]) => (isServers ? kept : keptOfPrograms).includes(letter))
  const said = isServers && namesOnly.test(sqlState) ? fields.get('M') : undefined
  const rule =
    rules.length === 0
      ? 'no rule lets this session'
      : `rule ${rules.join(', ')} keeps this session from it, or asks people`
  parts.push(['M', said ?? `${conditionOf(sqlState)}; the message of the server is withheld`])
  parts.push(['D', `withheld, since it may quote columns that this session may not read (${rule})`])
  const body = parts.map(([letter, value]) => cString(`${letter}${value}`))
  return message(String.fromCharCode(bytes.readUInt8(0)), Buffer.concat([...body, Buffer.from([0])]))
}

/** An error or a notice with what detectors find in its texts masked: the same bytes where they find nothing. */
export function lookedThrough(bytes: Buffer, fields: ErrorFields, content: ContentMask): Buffer {
  const shown = [...fields].map(
    ([letter, value]) => [letter, ownWords.includes(letter) ? value : (content.text(value, undefined) ?? '')] as const,
  )
  if (shown.every(([letter, value]) => fields.get(letter) === value)) return bytes
  const body = shown.map(([letter, value]) => cString(`${letter}${value}`))
  return message(String.fromCharCode(bytes.readUInt8(0)), Buffer.concat([...body, Buffer.from([0])]))
}

/** Severity, SQLSTATE, names, and the place in the server's source. */
const kept = 'SVCsctdnFLR'

/** Severity, SQLSTATE, and the place in the server's source, none of which takes a text. */
const keptOfPrograms = 'SVCFLR'

/** Those, and places in texts. */
const ownWords = `${keptOfPrograms}Pp`

/**
 * Whether the server itself, and no function that it ran, says why rows could not be changed or read: functions stand in the
 * context, or raise from a source file of their language.
 */
export function isOfRows(fields: ErrorFields): boolean {
  return !fields.has('W') && ownSources.has(fields.get('F') ?? '')
}

/** Source files of the server that find constraints violated, rows locked or changed, statements cancelled, rights missing. */
const ownSources: ReadonlySet<string> = new Set(
  `aclchk.c deadlock.c execIndexing.c execMain.c execPartition.c heapam.c heapam_handler.c lmgr.c lock.c nbtinsert.c
   nodeLockRows.c nodeModifyTable.c postgres.c predicate.c proc.c ri_triggers.c xact.c`.split(/\s+/),
)

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
