import type { IncomingMessage } from 'node:http'

/** What names of this machine a page of somebody else's cannot have. */
const here = ['127.0.0.1', 'localhost', '[::1]']

/** Whether a request names another host, as one does that a page was led here by, or comes from a page that may not. */
export function isForeign(
  { headers, headersDistinct }: IncomingMessage,
  { allowedOrigins, port }: { readonly port: number; readonly allowedOrigins: readonly string[] },
): boolean {
  const hosts = headersDistinct['host'] ?? []
  const isHere = hosts.length === 1 && here.some((name) => hosts[0]?.toLowerCase() === `${name}:${String(port)}`)
  const { origin } = headers
  return !isHere || (origin !== undefined && !allowedOrigins.includes(origin))
}

/** The bearer token of a request (RFC 6750, 2.1). Undefined: it shows none, or several. */
export function bearerOf({ headersDistinct }: IncomingMessage): string | undefined {
  const [credentials, ...more] = headersDistinct['authorization'] ?? []
  if (credentials === undefined || more.length > 0) return undefined
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(credentials)?.[1]
}
