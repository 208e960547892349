import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import { quick } from './algorithms.js'
import { identifier, refused } from './identifier.js'
import { reasonOf } from './jwt-verifier.js'
import type { KeySetOption } from './key-source.js'
import { keySource } from './key-source.js'
import { loadJose } from './load-jose.js'
import { ownMember } from './own-member.js'
import { assertTokenForm, unverifiedParts } from './token-form.js'
import { assertHeader } from './token-header.js'
import { untilAborted } from './until-aborted.js'

/** The `typ` of a signed policy. */
export const policyTokenType = 'bothkeys-policy+jwt'

/** How far the clock of whoever signs may be ahead, in seconds. */
const toleranceS = 60

/** Who may widen a policy: whoever holds one of these keys. */
export interface PolicyAuthority {
  /** The exact `iss` of the signed policies. */
  readonly issuer: string
  /** The public keys: a URL, a JWK set or its JSON text. No process of an agent holds the private ones. */
  readonly jwks: Exclude<KeySetOption, undefined>
}

/** What a signed policy is about. */
export interface PolicyStatement {
  /** The `engine` of the guards that it is for. */
  readonly aud: string
  /** The digest of what the policy means: `policyDigest(document)`. */
  readonly pol: string
  /** A whole number from 1 on, higher than that of every policy before. */
  readonly ver: number
}

/**
 * Reads signed policies: JWS of `typ: bothkeys-policy+jwt` (RFC 7515, RFC 8725 section 3.11) that one of the authority's keys
 * signed, for this engine, over exactly the digest of the policy. Answers its version. Every refusal is ERR_TOKEN_INVALID with
 * a reason that holds nothing of the token. Throws ERR_CONFIG_INVALID at once for anything else than public keys.
 */
export function policyTokens(
  { issuer, jwks }: PolicyAuthority,
  clock: Clock,
): (token: unknown, about: Omit<PolicyStatement, 'ver'>, signal: AbortSignal) => Promise<number> {
  if (typeof issuer !== 'string' || issuer === '') {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'authority.issuer must be the exact iss of signed policies')
  }
  const keys = keySource(jwks, issuer, clock)

  async function read(token: unknown, about: Omit<PolicyStatement, 'ver'>): Promise<number> {
    assertTokenForm(token)
    assertHeader(unverifiedParts(token).header, quick, policyTokenType)
    const { jwtVerify } = await loadJose()
    const nowS = Math.floor(clock.wallMs() / 1000)
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: [...quick],
      requiredClaims: ['iat', 'pol', 'ver'],
      clockTolerance: toleranceS,
      currentDate: new Date(nowS * 1000),
    })
    const version = ownMember(payload, 'ver')
    if (payload.aud !== about.aud) throw refused('its aud is not the engine alone')
    if (typeof payload.iat !== 'number' || payload.iat > nowS + toleranceS) throw refused('iat lies in the future')
    if (identifier(ownMember(payload, 'pol'), 'pol') !== about.pol) throw refused('it is about another policy')
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
      throw refused('ver is no whole number from 1 on')
    return version
  }

  return async (token, about, signal) => {
    try {
      return await untilAborted(read(token, about), signal)
    } catch (error) {
      throw error instanceof BothKeysError ? error : refused(reasonOf(error))
    }
  }
}
