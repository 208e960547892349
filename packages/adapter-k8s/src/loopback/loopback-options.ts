import { BothKeysError } from '@bothkeys/core/adapter'

/** Where a loopback door listens: on 127.0.0.1, with TLS. */
export interface LoopbackOptions {
  /** The port. Default: a free one. */
  readonly port?: number
  /** An existing folder for the kubeconfig: yours, and closed to group and others. Default: a new one. */
  readonly path?: string
  /** How many connections that showed the token there may be at the same time. Default 250: kubectl opens many at once. */
  readonly maxConnections?: number
}

const known: ReadonlySet<string> = new Set(['port', 'path', 'maxConnections'] satisfies (keyof LoopbackOptions)[])

/** The options with what is not given. Throws ERR_CONFIG_INVALID. */
export function checkedOptions(options: LoopbackOptions): LoopbackOptions & { port: number; maxConnections: number } {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw invalid(`a loopback door has no option ${name}`, `the options are ${[...known].join(', ')}`)
    }
  }
  const { maxConnections = 250, path, port = 0 } = options
  if (path === '') throw invalid('path is empty', 'name an existing folder, or leave path out')
  if (!isWithin(port, 0, 65_535)) throw invalid('port is out of range', 'use 0 to 65535')
  if (!isWithin(maxConnections, 1, 10_000)) throw invalid('maxConnections is out of range', 'use 1 to 10000')
  return { ...options, port, maxConnections }
}

function isWithin(given: number, least: number, most: number): boolean {
  return Number.isInteger(given) && given >= least && given <= most
}

export function invalid(message: string, hint: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', message, { hint, cause })
}
