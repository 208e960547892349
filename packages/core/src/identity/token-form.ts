import { refused } from './identifier.js'
import { strictJsonObject } from './strict-json.js'

/** The longest token that is looked at. */
const maxTokenLength = 16 * 1024

const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/u

/**
 * Lets a token through that has the one form RFC 7515 section 7.1 gives it: three base64url parts in canonical bits,
 * so that no two spellings stand for the same token. Throws ERR_TOKEN_INVALID.
 */
export function assertTokenForm(token: unknown): asserts token is string {
  if (typeof token !== 'string' || token === '') throw refused('there is no token', 'pass { token } with a JWT')
  if (token.length > maxTokenLength) throw refused('it is longer than 16 KiB')
  if (!compact.test(token)) throw refused('it is not a signed JWT in compact form')
  for (const part of token.split('.')) {
    if (Buffer.from(part, 'base64url').toString('base64url') !== part) throw refused('its base64url is not canonical')
  }
}

/**
 * The header of a token whose form is right, while nobody has checked its signature. Header and claims have one meaning
 * for every reader of JSON then, whichever reads them next. Throws ERR_TOKEN_INVALID.
 */
export function unverifiedHeader(token: string): Readonly<Record<string, unknown>> {
  const [header = '', claims = ''] = token.split('.')
  strictJsonObject(Buffer.from(claims, 'base64url'), 'its payload')
  return strictJsonObject(Buffer.from(header, 'base64url'), 'its header')
}
