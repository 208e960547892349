import { errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { BothKeysError } from '../errors.js'
import { systemClock } from '../model/clock.js'
import type { Principal } from '../model/principal.js'
import { claimMapping } from './claim-mapping.js'
import { identifier, refused } from './identifier.js'
import type { JwtVerifierOptions } from './jwt-options.js'
import { verifyRules } from './jwt-options.js'
import { keySource } from './key-source.js'
import { makePrincipal } from './make-principal.js'
import { ownMember } from './own-member.js'
import { assertTokenForm } from './token-form.js'
import { untilAborted } from './until-aborted.js'
import type { Credential, Verifier } from './verifier.js'

/**
 * Makes principals of JWTs (RFC 7519) that the issuer signed for this audience and that expire.
 * Tokens bound to a key (`cnf`) and delegated ones (`act`) are refused until their proofs can be checked.
 * Every refusal is ERR_TOKEN_INVALID with a reason that holds nothing of the token; an abort is ERR_ABORTED.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * jwtVerifier({ issuer, audience: 'bothkeys', algorithms: ['ES256'], roles: '/realm_access/roles', owners: '/owner' })
 */
export function jwtVerifier(options: JwtVerifierOptions): Verifier {
  const clock = options.clock ?? systemClock
  const { maxLifetimeS, ...rules } = verifyRules(options)
  const claimed = claimMapping(options, options.issuer)
  const keys = keySource(options.jwks, options.issuer)

  async function verified(credential: Credential): Promise<Principal> {
    const token = ownMember(credential, 'token')
    assertTokenForm(token)
    const nowS = Math.floor(clock.wallMs() / 1000)
    const { payload } = await jwtVerify(token, keys, { ...rules, currentDate: new Date(nowS * 1000) })
    if (Object.hasOwn(payload, 'cnf'))
      throw refused('it is bound to a key, and proofs of possession are not supported yet')
    if (Object.hasOwn(payload, 'act')) throw refused('it is delegated, and delegation is not supported yet')
    const expiresAtS = lifetime(payload, nowS, rules.clockTolerance, maxLifetimeS)
    return makePrincipal({
      ...claimed(payload),
      issuer: options.issuer,
      id: identifier(payload.sub, 'sub'),
      key: undefined,
      verifiedBy: 'jwt',
      expiresAtMs: expiresAtS * 1000,
    })
  }

  return Object.freeze({
    async verify(credential: Credential, signal: AbortSignal): Promise<Principal> {
      try {
        return await untilAborted(verified(credential), signal)
      } catch (error) {
        throw error instanceof BothKeysError ? error : refused(reasonOf(error))
      }
    },
  })
}

/** The expiry in seconds. An `exp` of 1e400, which JSON reads as Infinity, lives too long like any other late one. */
function lifetime(payload: JWTPayload, nowS: number, toleranceS: number, maxS: number): number {
  const { exp, iat } = payload
  if (typeof exp !== 'number') throw refused('exp is not a number')
  if (iat !== undefined && (!Number.isFinite(iat) || iat > nowS + toleranceS)) throw refused('iat lies in the future')
  if (exp - (iat ?? nowS) > maxS || exp - nowS > maxS + toleranceS) {
    throw refused(
      `it lives longer than ${String(maxS)} seconds`,
      'shorten the lifetime at the issuer or raise maxLifetimeS',
    )
  }
  return exp
}

/** jose's errors carry the claims, so only what they are called is kept: no message, no cause. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `its ${error.claim} is missing or wrong`
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not one of those configured'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  if (error instanceof errors.JWKSNoMatchingKey) return 'no key of the issuer fits'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'several keys of the issuer fit and it names none'
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'it is malformed'
  if (error instanceof errors.JOSENotSupported) return 'it uses something that is not supported'
  return "the issuer's keys could not be used"
}
