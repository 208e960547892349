import type { Analysis } from '../analyzer/analysis.js'
import { refuseNamesOf } from './names.js'
import { type DoorRefusal, protocolRefusal } from './refusal-response.js'

/** How a text reached the door, as far as it matters to what no policy can allow. */
export interface Surroundings {
  /** Whether the session only reads here, so that its transactions are READ ONLY. */
  readonly readOnly: boolean
  /** Whether it came in the extended protocol. */
  readonly extended: boolean
}

/** Why a text is refused whatever the policy says, or undefined. */
export function neverAllowed(analysis: Analysis, { readOnly, extended }: Surroundings): DoorRefusal | undefined {
  if (extended && analysis.copy === 'in') return copyInExtended
  if (setsFixedAmongOthers(analysis)) return setAmongOthers
  if (readOnly && analysis.containsTransactionControl) return scriptOfReader
  if (readOnly && analysis.transaction?.readOnly === false) return writingReader
  return refuseNamesOf(analysis)
}

/**
 * Whether a setting that can never differ is set by something else than a SET of its own: rows would come in another encoding
 * before the server reports it.
 */
function setsFixedAmongOthers({ description }: Analysis): boolean {
  if (description.operation === 'variable set') return false
  return description.effects.some(({ duty, resource }) => duty === 'session' && fixedSettings.has(resource))
}

const fixedSettings: ReadonlySet<string> = new Set(['setting:client_encoding', 'setting:standard_conforming_strings'])

const setAmongOthers = protocolRefusal(
  'client_encoding and standard_conforming_strings are set by SET alone, and to what they are',
  'leave them out of the statement',
  '0A000',
)

const copyInExtended = protocolRefusal(
  'COPY FROM STDIN is governed in the simple query protocol only',
  'send it as a simple query',
  '0A000',
)

const scriptOfReader: DoorRefusal = {
  code: 'ERR_DENIED',
  message: 'refused: this session only reads here, so its transactions are made READ ONLY one by one',
  rules: [],
  hint: 'send BEGIN, COMMIT and ROLLBACK as statements of their own',
}

const writingReader: DoorRefusal = {
  code: 'ERR_DENIED',
  message: 'refused: this session only reads here, so it cannot begin a READ WRITE transaction',
  rules: [],
  hint: 'use BEGIN, or have a rule added that gives one of the roles another duty on this target',
}
