import type { Upstream } from './upstream.js'

/** What an action is bound to of the server that it runs on. */
export function identityOf(upstream: Upstream, system: string): Readonly<Record<string, string>> {
  const { database, host, parameters, port, user } = upstream
  const server = parameters.get('server_version') ?? ''
  return Object.freeze({ database, host, port: String(port), server, system, user })
}

/** The major version from the server's report, for example `15.18 (Debian 15.18-0+deb12u1)`. */
export function serverMajor(upstream: Upstream): number {
  return Number.parseInt(upstream.parameters.get('server_version') ?? '', 10) || 0
}
