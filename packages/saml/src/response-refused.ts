import { BothKeysError } from '@bothkeys/core/verifier'

/** The refusal of a SAML response: says why, never what the response holds. */
export function responseRefused(reason: string, hint = 'log in again at the identity provider'): BothKeysError {
  return new BothKeysError('ERR_TOKEN_INVALID', `the SAML response was refused: ${reason}`, { hint })
}
