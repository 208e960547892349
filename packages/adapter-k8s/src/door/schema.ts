import type { IncomingMessage } from 'node:http'
import type { CanonicalRequest } from '../request/canonical-request.js'

/**
 * Whether an answer describes the API: which fields there are, and nothing of what they hold. It goes on as it is: kubectl reads it in
 * a form that nothing here reads.
 */
export function isSchema({ info }: CanonicalRequest, { statusCode }: IncomingMessage): boolean {
  return statusCode === 200 && !info.isResource && /^\/openapi\/v[23](?:\/|$)/.test(info.path)
}
