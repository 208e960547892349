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
  | { readonly kind: 'unix'; readonly path: string | undefined; readonly socketMode: number }
  | { readonly kind: 'tcp'; readonly port: number }

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost'])

/** The address that the options of `door` ask for, which are named by `known`. Throws ERR_CONFIG_INVALID. */
export function loopbackAddress(
  door: string,
  options: LoopbackOptions & { readonly socketMode?: number },
  known: readonly string[],
): LoopbackAddress {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw invalid(`${door} has no option ${name}`, `the options are ${known.join(', ')}`)
  }
  const { path, port, host, socketMode } = options
  if (host !== undefined && !loopbackHosts.has(host)) {
    throw invalid(`${door} listens on 127.0.0.1 only`, 'leave host out, or tunnel to the door from elsewhere')
  }
  if (port === undefined) {
    if (host !== undefined) throw invalid('host needs a port', 'add port: 0 for a free port')
    if (process.platform === 'win32') throw invalid('unix sockets are not supported on Windows', 'use port: 0')
    if (path === '') throw invalid('path is empty', 'name an existing folder, or leave path out')
    return { kind: 'unix', path, socketMode: checkedMode(socketMode, path) }
  }
  if (path !== undefined) throw invalid('path and port exclude each other', 'choose the unix socket or TCP')
  if (socketMode !== undefined) throw invalid('a port has no socketMode', 'choose the unix socket or TCP')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid('port is out of range', 'use 0 to 65535')
  return { kind: 'tcp', port }
}

function checkedMode(mode: number | undefined, path: string | undefined): number {
  if (mode === undefined || mode === 0o600) return 0o600
  if (mode !== 0o660 && mode !== 0o666) throw invalid('socketMode is out of range', 'use 0o600, 0o660 or 0o666')
  if (path !== undefined) return mode
  throw invalid('socketMode needs a path', 'name a folder that those who may connect can enter')
}

/** How many clients may be logged in, by the option `name`. Throws ERR_CONFIG_INVALID. */
export function connectionCap(name: string, given: number | undefined, byDefault: number): number {
  const cap = given ?? byDefault
  if (Number.isInteger(cap) && cap >= 1 && cap <= 10_000) return cap
  throw invalid(`${name} is out of range`, 'use a whole number from 1 to 10000')
}

function invalid(message: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', message, { hint })
}
