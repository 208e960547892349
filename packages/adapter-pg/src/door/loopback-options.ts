import { BothKeysError } from '@bothkeys/core/adapter'

/** Where a loopback door listens. Without options: on a unix socket in a new folder that nobody else can enter. */
export interface LoopbackOptions {
  /** An existing folder for the unix socket: yours, and closed to group and others. */
  readonly path?: string
  /** Listens on TCP instead, on this port of 127.0.0.1; 0 takes a free one. */
  readonly port?: number
  /** With `port`. Both mean 127.0.0.1; anything else is refused. */
  readonly host?: '127.0.0.1' | 'localhost'
  /** How many clients may be logged in at the same time. Default 20. */
  readonly maxConnections?: number
}

/** Where to listen, and for how many, after the options were checked. */
export type LoopbackAddress =
  | { readonly kind: 'unix'; readonly path: string | undefined }
  | { readonly kind: 'tcp'; readonly port: number }

const optionNames: readonly string[] = ['path', 'port', 'host', 'maxConnections'] satisfies (keyof LoopbackOptions)[]
const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost'])

/** The address that the options ask for. Throws ERR_CONFIG_INVALID. */
export function loopbackAddress(options: LoopbackOptions): LoopbackAddress {
  for (const name of Object.keys(options)) {
    if (!optionNames.includes(name)) {
      throw invalid(`a loopback door has no option ${name}`, `the options are ${optionNames.join(', ')}`)
    }
  }
  const { path, port, host } = options
  if (host !== undefined && !loopbackHosts.has(host)) {
    throw invalid('a loopback door listens on 127.0.0.1 only', 'leave host out, or tunnel to the door from elsewhere')
  }
  if (port === undefined) {
    if (host !== undefined) throw invalid('host needs a port', 'add port: 0 for a free port')
    if (process.platform === 'win32') throw invalid('unix sockets are not supported on Windows', 'use port: 0')
    if (path === '') throw invalid('path is empty', 'name an existing folder, or leave path out')
    return { kind: 'unix', path }
  }
  if (path !== undefined) throw invalid('path and port exclude each other', 'choose the unix socket or TCP')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid('port is out of range', 'use 0 to 65535')
  return { kind: 'tcp', port }
}

/** How many clients may be logged in. Throws ERR_CONFIG_INVALID. */
export function connectionCap(options: LoopbackOptions): number {
  const { maxConnections = 20 } = options
  if (Number.isInteger(maxConnections) && maxConnections >= 1 && maxConnections <= 10_000) return maxConnections
  throw invalid('maxConnections is out of range', 'use a whole number from 1 to 10000')
}

function invalid(message: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', message, { hint })
}
