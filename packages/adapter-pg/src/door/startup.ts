import type { DoorRefusal } from './refusal-response.js'
import { BodyReader, cString, int32, message } from './messages.js'

/** The untyped messages that may open a connection (PostgreSQL documentation, "Message Formats"). */
export type StartupRequest =
  | { readonly kind: 'encryption'; readonly by: 'TLS' | 'GSSAPI' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly key: Buffer }
  | { readonly kind: 'startup'; readonly minor: number; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly refusal: DoorRefusal }

const sslRequest = 80877103
const gssRequest = 80877104
const cancelRequest = 80877102
/** 3.0, as every server speaks it. */
const protocolVersion = 0x0003_0000

/** Settings that a client may choose when it connects: none of them changes what a statement means or does. */
export const startupSettings: ReadonlySet<string> = new Set([
  'application_name',
  'datestyle',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'intervalstyle',
  'lock_timeout',
  'statement_timeout',
  'timezone',
])

/** Reads one untyped message. */
export function readStartup(bytes: Buffer): StartupRequest {
  try {
    const body = new BodyReader(bytes, 4)
    const version = body.uint32()
    if (version === sslRequest) return { kind: 'encryption', by: 'TLS' }
    if (version === gssRequest) return { kind: 'encryption', by: 'GSSAPI' }
    if (version === cancelRequest) return { kind: 'cancel', pid: body.int32(), key: body.take(body.left) }
    if (version >>> 16 !== 3) return refused(`protocol version ${String(version >>> 16)} is not spoken here`)
    return { kind: 'startup', minor: version & 0xffff, parameters: readParameters(body) }
  } catch {
    return refused('the start-up message is malformed')
  }
}

function readParameters(body: BodyReader): Map<string, string> {
  const parameters = new Map<string, string>()
  for (;;) {
    const name = body.cBytes().toString('utf8')
    if (name === '') {
      body.end()
      return parameters
    }
    parameters.set(name, body.cBytes().toString('utf8'))
  }
}

/** Why these start-up parameters are refused, or undefined. */
export function refuseParameters(parameters: ReadonlyMap<string, string>, database: string): DoorRefusal | undefined {
  for (const [name, value] of parameters) {
    const refusal = refuseParameter(name, value, database)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function refuseParameter(name: string, value: string, database: string): DoorRefusal | undefined {
  switch (name) {
    case 'user':
      return undefined
    case 'database':
      return value === database ? undefined : refusalFor(`this target is another database than the one asked for`)
    case 'replication':
      return /^(false|off|no|0)$/i.test(value) ? undefined : refusalFor('replication mode is not governed')
    case 'client_encoding':
      return /^'?utf-?8'?$/i.test(value) ? undefined : refusalFor('client_encoding must be UTF8')
    case 'options':
      return value.trim() === '' ? undefined : refusalFor('the start-up parameter options may hide settings')
    default:
      // Names that start with _pq_. ask for protocol extensions; they are answered by NegotiateProtocolVersion.
      if (name.startsWith('_pq_.') || startupSettings.has(name.toLowerCase())) return undefined
      return refusalFor('a start-up parameter is outside the list')
  }
}

/** The answer to a client that asks for more than protocol 3.0, which it can go on with: NegotiateProtocolVersion. */
export function negotiation(minor: number, parameters: ReadonlyMap<string, string>): Buffer | undefined {
  const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'))
  if (minor === 0 && unknown.length === 0) return undefined
  return message('v', Buffer.concat([int32(protocolVersion), int32(unknown.length), ...unknown.map(cString)]))
}

/** The parameters as the server is asked for them, without what the door answers itself. */
export function forwardedSettings(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const settings = new Map<string, string>()
  for (const [name, value] of parameters) {
    if (name !== 'application_name' && startupSettings.has(name.toLowerCase())) settings.set(name.toLowerCase(), value)
  }
  return settings
}

/** What a client that asks for encryption gets that was told once that there is none. */
export const askedAgain: DoorRefusal = refusalFor('the client asked for the same encryption twice')

function refused(message: string): StartupRequest {
  return { kind: 'refused', refusal: refusalFor(message) }
}

function refusalFor(message: string): DoorRefusal {
  return {
    code: 'ERR_PROTOCOL_REFUSED',
    message: `connection refused: ${message}`,
    rules: [],
    hint: `only these settings can be chosen at start-up: ${[...startupSettings].join(', ')}`,
    sqlState: '0A000',
  }
}
