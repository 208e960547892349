import { refused } from './identifier.js'
import { isCanonicalBase64url } from './token-form.js'
import { ownMember } from './own-member.js'

/**
 * The thumbprint of the key that a token is bound to (`cnf.jkt`, RFC 9449 section 6.1); undefined for a token without
 * `cnf`. A token that is bound in another way, or in several, is refused: nobody could tell whether its bearer may use it.
 * Throws ERR_TOKEN_INVALID.
 */
export function confirmedKey(claims: object): string | undefined {
  if (!Object.hasOwn(claims, 'cnf')) return undefined
  const confirmation = ownMember(claims, 'cnf')
  const thumbprint = ownMember(confirmation, 'jkt')
  if (thumbprint === undefined || Object.keys(confirmation as object).length !== 1)
    throw refused('it is bound in a way that cannot be checked', 'have the issuer bind it to a key by cnf.jkt alone')
  if (!isThumbprint(thumbprint)) throw refused('its cnf.jkt is no thumbprint')
  return thumbprint
}

/** Whether a value is the SHA-256 of something in base64url. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === 'string' && value.length === 43 && isCanonicalBase64url(value)
}
