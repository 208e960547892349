import type { Credential, JwtVerifierOptions, Principal, Verifier } from '@bothkeys/core'
import { BothKeysError, jwtVerifier } from '@bothkeys/core'
import { peekToken } from './peeked-token.js'

/**
 * One verifier for several identity providers. The `iss` of a token chooses which one verifies it, and that one accepts no other
 * `iss`. Throws ERR_CONFIG_INVALID as `jwtVerifier` does; verifying throws ERR_TOKEN_INVALID for an issuer that is not listed.
 */
export function verifierByIssuer(engine: string, providers: readonly JwtVerifierOptions[]): Verifier {
  const verifiers = new Map(providers.map((options) => [options.issuer, jwtVerifier(options)]))
  return Object.freeze({
    ...(providers.some(({ dpop }) => dpop !== undefined) && { engine }),
    verify: async (credential: Credential, signal: AbortSignal): Promise<Principal> => {
      const token = 'token' in credential ? peekToken(credential.token) : undefined
      const verifier = token === undefined ? undefined : verifiers.get(token.issuer)
      if (verifier !== undefined) return verifier.verify(credential, signal)
      throw new BothKeysError('ERR_TOKEN_INVALID', 'the token was refused: nobody here verifies tokens of its issuer', {
        hint: 'get one from an issuer that the configuration lists under identity',
      })
    },
  })
}
