import type { Refuse } from './identifier.js'
import { refused } from './identifier.js'
import { strictJsonObject } from './strict-json.js'

/** The longest token that is looked at. */
const maxTokenLength = 16 * 1024

const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/u

/** Lets a token through that is not too long and has the form of `assertCompactForm`. Throws ERR_TOKEN_INVALID. */
export function assertTokenForm(token: unknown): asserts token is string {
  if (typeof token !== 'string' || token === '') throw refused('there is no token', 'pass { token } with a JWT')
  if (token.length > maxTokenLength) throw refused('it is longer than 16 KiB')
  assertCompactForm(token, refused)
}

/**
 * Lets a JWT through that has the one form RFC 7515 section 7.1 gives it: three base64url parts in canonical bits, so
 * that no two spellings stand for the same one. Throws what `refuse` makes.
 */
export function assertCompactForm(text: string, refuse: Refuse): void {
  if (!compact.test(text)) throw refuse('it is not a signed JWT in compact form')
  for (const part of text.split('.')) {
    if (!isCanonicalBase64url(part)) throw refuse('its base64url is not canonical')
  }
}

/** Whether a text is what base64url without padding makes of some bytes (RFC 4648 section 3.5). */
export function isCanonicalBase64url(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}

/** What a JWT says in its header and its claims, while nobody has checked its signature. */
export interface UnverifiedParts {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * The parts of a JWT whose form is right, while nobody has checked its signature. Header and claims have one meaning
 * for every reader of JSON then, whichever reads them next. Throws what `refuse` makes, ERR_TOKEN_INVALID if left out.
 */
export function unverifiedParts(token: string, refuse: Refuse = refused): UnverifiedParts {
  const [header = '', claims = ''] = token.split('.')
  return {
    claims: strictJsonObject(Buffer.from(claims, 'base64url'), 'its payload', refuse),
    header: strictJsonObject(Buffer.from(header, 'base64url'), 'its header', refuse),
  }
}
