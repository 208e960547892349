import { BothKeysError } from '../errors.js'

/** Control, format (bidi, zero-width, tags), line-separating and invisible characters: what makes two names look alike. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/** The most characters that a name of an identity may have. */
export const maxIdentifierLength = 1024

/**
 * Returns `value` when it can name somebody: a well-formed string of 1 to `max` characters, without control,
 * bidi or invisible characters and without spaces around it. Throws what `refuse` makes, ERR_TOKEN_INVALID
 * if left out, which names the field alone.
 */
export function identifier(
  value: unknown,
  field: string,
  max: number = maxIdentifierLength,
  refuse: Refuse = refused,
): string {
  if (typeof value !== 'string') throw refuse(`${field} is not a string`)
  if (value === '') throw refuse(`${field} is empty`)
  if (value.length > max) throw refuse(`${field} is longer than ${String(max)} characters`)
  if (!value.isWellFormed() || hidden.test(value)) throw refuse(`${field} has control or invisible characters`)
  if (value.trim() !== value) throw refuse(`${field} has spaces around it`)
  return value
}

/** Makes the error of a refusal from its reason, which names what is wrong and holds nothing of it. */
export type Refuse = (reason: string, hint?: string) => BothKeysError

/** The refusal of an identity: says why, never what the token holds. */
export function refused(reason: string, hint = 'get a new token from the issuer'): BothKeysError {
  return new BothKeysError('ERR_TOKEN_INVALID', `the token was refused: ${reason}`, { hint })
}
