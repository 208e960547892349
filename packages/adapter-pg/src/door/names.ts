import type { Analysis } from '../analyzer/analysis.js'
import { reservedPrefix } from './internal-statement.js'
import { type DoorRefusal, protocolRefusal } from './refusal-response.js'

/** What the server keeps of a name. It takes longer ones and cuts them, so that two of them can mean the same. */
const maxNameBytes = 63

/** Why a name of a prepared statement or portal is refused, or undefined. */
export function refuseName(name: string): DoorRefusal | undefined {
  if (name.startsWith(reservedPrefix)) return reservedName
  if (Buffer.byteLength(name, 'utf8') > maxNameBytes) return longName
  return undefined
}

/** Why the names that a text makes, drops or uses are refused, or undefined. The grammar has cut long ones already. */
export function refuseNamesOf(analysis: Analysis): DoorRefusal | undefined {
  const changed = analysis.registry.map((change) => ('name' in change ? change.name : undefined))
  const used = analysis.uses.map(({ name }) => name)
  return [...changed, ...used].some((name) => name?.startsWith(reservedPrefix) === true) ? reservedName : undefined
}

const reservedName = protocolRefusal(
  `names that start with ${reservedPrefix} belong to the door`,
  'choose another name',
  '42939',
)

const longName = protocolRefusal(
  `a name of a prepared statement or portal is longer than ${String(maxNameBytes)} bytes, of which the server keeps only those`,
  'choose a shorter name',
  '42622',
)
