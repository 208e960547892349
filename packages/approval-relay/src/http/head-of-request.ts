import type { IncomingMessage } from 'node:http'

/** What stands before a body, looked at as strictly as it can be. */
export interface RequestHead {
  readonly method: string
  /** With the query, as it was received. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The length of the body in bytes. */
  readonly length: number
}

/** Headers of which a second one would be another reader's. */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'origin',
])

/**
 * Reads the head of a request, or answers with which status it is refused: what a proxy in front could read in another way is no
 * request (RFC 9112 sections 6.3 and 11.2). A body has a length; chunks and trailers are refused.
 */
export function headOf(message: IncomingMessage): RequestHead | number {
  const { headers, method = '', rawHeaders, url = '' } = message
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  if (names.some((name, index) => single.has(name) && names.indexOf(name) < index)) return 400
  if (message.httpVersion !== '1.1') return 505
  if (names.includes('transfer-encoding') || names.includes('trailer')) return 411
  if (names.includes('upgrade') || names.includes('content-encoding')) return 400
  // Neither another server's address nor a path that another reader would tidy up.
  if (!/^\/[\x21-\x7e]*$/.test(url) || url.startsWith('//') || url.includes('#') || url.includes('\\')) return 400
  const text = headers['content-length'] ?? '0'
  if (!/^\d{1,10}$/.test(text)) return 400
  const length = Number(text)
  if (method === 'GET' && length > 0) return 400
  if (method === 'POST' && headers['content-length'] === undefined) return 411
  const read = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return { method, path: url, headers: Object.fromEntries(read) as RequestHead['headers'], length }
}
