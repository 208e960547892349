import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import type { ApprovalLevel } from '../model/decision.js'
import type { Principal, PrincipalKind } from '../model/principal.js'
import { actorsOf } from './actors.js'
import type { ClaimedFacts } from './claim-mapping.js'
import { claimMapping } from './claim-mapping.js'
import { confirmedKey } from './confirmation.js'
import { dpopCheck } from './dpop.js'
import { dpopRules } from './dpop-options.js'
import { identifier, refused } from './identifier.js'
import type { DpopOptions } from './dpop-options.js'
import { jwtForm } from './jwt-form.js'
import type { JwtVerifierOptions, TokenRules } from './jwt-options.js'
import { tokenRules } from './jwt-options.js'
import type { KeySetOption } from './key-source.js'
import { keySource } from './key-source.js'
import { loadJose } from './load-jose.js'
import { makePrincipal } from './make-principal.js'
import { ownMember } from './own-member.js'
import { proofRefused } from './proof-refused.js'
import type { ReadKeys } from './remote-keys.js'
import { assertTokenForm, unverifiedParts } from './token-form.js'
import { assertHeader } from './token-header.js'
import { expiryOf } from './token-lifetime.js'
import { assertParties } from './token-parties.js'
import { untilAborted } from './until-aborted.js'
import type { Credential, Verifier } from './verifier.js'

/**
 * Makes principals of access tokens (RFC 9068; RFC 7519 with `typ: 'JWT'`) that the issuer signed for this audience
 * and that expire soon. What two readers could understand differently is refused, whoever signed it.
 * A token bound to a key (`cnf`) needs a proof of possession, see `dpop`. Who acts with a token (`act`) only adds conflicts,
 * and such a token is never a person's.
 * Every refusal is ERR_TOKEN_INVALID with a reason that holds nothing of the token, for the proof ERR_PROOF_INVALID,
 * ERR_PROOF_NONCE or ERR_LIMIT_EXCEEDED; an abort is ERR_ABORTED.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * jwtVerifier({ issuer, audience: 'bothkeys', algorithms: ['ES256'], roles: '/realm_access/roles', owners: '/owner' })
 */
export function jwtVerifier(options: JwtVerifierOptions): Verifier {
  const rules = tokenRules(options)
  const claimed = claimMapping(options, options.issuer)
  return tokenVerifier({
    rules,
    issuer: options.issuer,
    jwks: options.jwks,
    dpop: options.dpop,
    clock: options.clock,
    verifiedBy: 'jwt',
    read: (claims) => ({ ...claimed(claims), id: identifier(ownMember(claims, 'sub'), 'sub') }),
  })
}

/** What the tokens of one kind of issuer are, and what they say. */
export interface TokenProfile {
  readonly rules: TokenRules
  /** Whose the subjects are. */
  readonly issuer: string
  readonly jwks: KeySetOption
  readonly readKeys?: ReadKeys
  readonly dpop?: DpopOptions | undefined
  readonly clock: Clock | undefined
  readonly verifiedBy: string
  /** Reads verified claims. Throws ERR_TOKEN_INVALID. */
  readonly read: (claims: unknown) => ClaimedFacts & { readonly id: string }
}

/** The verifier of one kind of issuer, which differs from others in its profile alone. */
export function tokenVerifier(options: TokenProfile): Verifier {
  const { maxLifetimeS, mayLackIat, phishingResistantAcr, signed, subjectIsClient, toleranceS, typ } = options.rules
  const clock = options.clock ?? systemClock
  // A clock that is set back brings no token back.
  const time = new ForwardTime(clock)
  const keys = keySource(options.jwks, options.issuer, clock, options.readKeys)
  const loading = loadJose()
  const proofs = options.dpop === undefined ? undefined : dpopRules(options.dpop, toleranceS)
  const checkProof = proofs === undefined ? undefined : dpopCheck(proofs, clock)

  /** A token that is bound to a key comes with a proof, and no proof comes for nothing. */
  async function assertPossession(key: string | undefined, token: string, proof: unknown): Promise<void> {
    if (key === undefined) {
      if (proof !== undefined) throw proofRefused('the token is not bound to a key', 'leave the proof out')
      if (proofs?.required === true) throw refused('it is not bound to a key', 'have the issuer bind it by DPoP')
      return
    }
    if (checkProof === undefined)
      throw refused('it is bound to a key, and this verifier checks no proofs', 'set jwtVerifier.dpop')
    if (proof === undefined)
      throw proofRefused('the token is bound to a key, and there is no proof', 'pass { token, proof }')
    await checkProof(proof, { token, thumbprint: key })
  }

  async function verified(credential: Credential): Promise<Principal> {
    const token = ownMember(credential, 'token')
    assertTokenForm(token)
    assertHeader(unverifiedParts(token).header, signed.algorithms, typ)
    const { jwtVerify } = await loading
    const nowS = Math.floor(time.nowMs() / 1000)
    const { payload } = await jwtVerify(token, keys, { ...signed, currentDate: new Date(nowS * 1000) })
    const expiresAtS = expiryOf(payload, { nowS, toleranceS, maxLifetimeS, mayLackIat })
    const facts = options.read(payload)
    assertParties(payload, facts.kind, subjectIsClient)
    const actors = actorsOf(payload, options.issuer)
    if (facts.kind === 'human' && actors.length > 0) throw refused('somebody else acts with it, so it is no person')
    const key = confirmedKey(payload)
    await assertPossession(key, token, ownMember(credential, 'proof'))
    return makePrincipal({
      ...facts,
      issuer: options.issuer,
      key,
      actors,
      verifiedBy: options.verifiedBy,
      level: levelOf(facts.kind, key, phishingResistantAcr.has(ownMember(payload, 'acr'))),
      expiresAtMs: expiresAtS * 1000,
    })
  }

  return Object.freeze({
    ...(options.dpop === undefined ? {} : { engine: options.dpop.engine }),
    accepts: Object.freeze({
      form: jwtForm,
      issuer: options.rules.signed.issuer ?? options.issuer,
      subjectIssuer: options.issuer,
    }),
    async verify(credential: Credential, signal: AbortSignal): Promise<Principal> {
      try {
        return await untilAborted(verified(credential), signal)
      } catch (error) {
        throw error instanceof BothKeysError ? error : refused(reasonOf(error))
      }
    },
  })
}

/**
 * Whoever has a token without a key can use it. One with a key came with a proof, and only then it counts how the person
 * logged in: what somebody else can send proves nothing of that.
 */
function levelOf(kind: PrincipalKind, key: string | undefined, isPhishingResistant: boolean): ApprovalLevel {
  if (key === undefined) return 'channel'
  return kind === 'human' && isPhishingResistant ? 'phishing-resistant' : 'signed'
}

/** jose's errors carry the claims, so only what they are called is kept: no message, no cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return unusable
  if (error.code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' && 'claim' in error)
    return `its ${String(error.claim)} is missing or wrong`
  return reasons.get(error.code) ?? unusable
}

const unusable = "the issuer's keys could not be used"

/** By the codes of jose. */
const reasons: ReadonlyMap<unknown, string> = new Map([
  ['ERR_JWT_EXPIRED', 'it has expired'],
  ['ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'its signature is wrong'],
  ['ERR_JWKS_NO_MATCHING_KEY', 'no key of the issuer fits'],
  ['ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'several keys of the issuer fit and it names none'],
  ['ERR_JWS_INVALID', 'it is malformed'],
  ['ERR_JWT_INVALID', 'it is malformed'],
  ['ERR_JOSE_NOT_SUPPORTED', 'it uses something that is not supported'],
])
