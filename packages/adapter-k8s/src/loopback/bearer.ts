import type { IncomingMessage } from 'node:http'

/** The token that a request shows (RFC 6750, section 2.1). Undefined: none, or more than one. */
export function bearerOf({ headersDistinct }: IncomingMessage): string | undefined {
  const given = headersDistinct['authorization'] ?? []
  const [only = ''] = given.length === 1 ? given : []
  return /^Bearer ([\w.~+/=-]{1,512})$/i.exec(only)?.[1]
}

/** Whether a capability stands where logs and lists of processes show it. */
export function isInTarget({ url = '' }: IncomingMessage): boolean {
  return /bk_[0-9a-f]{16}_/i.test(url)
}
