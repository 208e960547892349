import { BothKeysError } from '../errors.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { Principal } from '../model/principal.js'
import type { ClaimOptions } from './claim-mapping.js'
import { claimMapping } from './claim-mapping.js'
import type { DpopCheck } from './dpop.js'
import { dpopCheck } from './dpop.js'
import type { DpopOptions, DpopRules } from './dpop-options.js'
import { dpopRules } from './dpop-options.js'
import { identifier, refused } from './identifier.js'
import { makePrincipal } from './make-principal.js'
import { ownMember } from './own-member.js'
import { proofRefused } from './proof-refused.js'
import { publicJwk } from './public-jwk.js'
import { uncheckedProof } from './signed-proof.js'
import { untilAborted } from './until-aborted.js'
import type { Credential, CredentialForm, Verifier } from './verifier.js'

/** What code that checked a credential found in it. */
export interface VerifiedClaims {
  /** What the issuer calls the subject: the same in every credential of it, and of nobody else. */
  readonly id: string
  /** What the credential says, as values of JSON: what the claim options point into. */
  readonly claims: object
  /** Until when the principal is believed, Unix time in milliseconds. */
  readonly expiresAtMs: number
  /**
   * Uses the credential up, where it works once. Called last, when everything else about it is right, so that nothing that
   * is refused uses anything up. What it throws refuses the credential.
   */
  readonly spend?: () => Promise<void> | void
}

/** How the claims of another kind of credential become a principal. */
export interface ClaimsVerifierOptions extends ClaimOptions {
  /** The function whose options these are, for errors: `samlVerifier`. */
  readonly of: string
  /** How the principal was verified, for the record: `saml`. */
  readonly verifiedBy: string
  /** Who vouches for the subjects. */
  readonly issuer: string
  /** How such a credential is told from others and names its issuer, for `verifierByIssuer`. Left out: it stands alone. */
  readonly form?: CredentialForm
  /**
   * Lets whoever opens a session bind it to a key of their own: a proof (RFC 9449) whose `ath` is the hash of the
   * credential. Every credential needs one then, unless `required` is false.
   */
  readonly dpop?: DpopOptions
  /** Default: the system's clock. */
  readonly clock?: Clock
}

const optionNames: ReadonlySet<string> = new Set<keyof ClaimsVerifierOptions>([
  'agentClass',
  'change',
  'clock',
  'dpop',
  'form',
  'issuer',
  'kind',
  'of',
  'owners',
  'require',
  'roleMap',
  'roles',
  'run',
  'spaceDelimitedRoles',
  'verifiedBy',
])

/**
 * Makes a verifier of another kind of credential, with the claims read as strictly as those of `jwtVerifier`. `check` does
 * what the kind is about: it takes the text that was presented as `token`, and answers what is in it or throws. It must
 * answer nothing that it did not verify: whoever can call it with an answer of their own can be anybody, which is why it is
 * code of the host and can stand in no file. A principal made so is of level `channel`: whoever had the credential could use
 * it, and a key that the presenter chose proves nothing about who they are. Proven keys bind the session (`key`), no more.
 * What `check` throws other than a BothKeysError becomes ERR_TOKEN_INVALID without its message; an abort is ERR_ABORTED.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * claimsVerifier({ of: 'badgeVerifier', verifiedBy: 'badge', issuer, kind: 'human', roles: '/roles' }, async (badge) => read(badge))
 */
export function claimsVerifier(
  options: ClaimsVerifierOptions,
  check: (token: string, signal: AbortSignal) => Promise<VerifiedClaims>,
): Verifier {
  assertKnownOptions('claimsVerifier', options, optionNames)
  const { clock = systemClock, form, issuer, of } = options
  const verifiedBy = verifierName(options.verifiedBy)
  if (typeof check !== 'function') throw wrongOption('claimsVerifier', 'check must be a function')
  if (form !== undefined && typeof (form as Partial<CredentialForm>).issuerOf !== 'function')
    throw wrongOption('claimsVerifier', 'form must be a form of credentials')
  const claimed = claimMapping(options, issuer, of)
  const proofs = options.dpop === undefined ? undefined : dpopRules(options.dpop, toleranceS)
  const keyOf = keyReader(proofs, proofs === undefined ? undefined : dpopCheck(proofs, clock))

  async function verified(credential: Credential, signal: AbortSignal): Promise<Principal> {
    const token = ownMember(credential, 'token')
    if (typeof token !== 'string' || token === '') throw refused('there is none', 'pass { token }')
    const { claims, expiresAtMs, id, spend } = await check(token, signal)
    const facts = { ...claimed(claims), issuer, id, verifiedBy, level: 'channel', expiresAtMs } as const
    // Everything that can be wrong is looked at before anything is used up.
    makePrincipal({ ...facts, key: undefined })
    const key = await keyOf(token, ownMember(credential, 'proof'))
    if (signal.aborted) throw refused('nobody waits for it any more')
    await spend?.()
    return makePrincipal({ ...facts, key })
  }

  return Object.freeze({
    ...(options.dpop === undefined ? {} : { engine: options.dpop.engine }),
    ...(form === undefined ? {} : { accepts: Object.freeze({ form, issuer }) }),
    async verify(credential: Credential, signal: AbortSignal): Promise<Principal> {
      try {
        return await untilAborted(verified(credential, signal), signal)
      } catch (error) {
        throw error instanceof BothKeysError ? error : refused('it could not be checked')
      }
    },
  })
}

/** How far the clocks of whoever signs proofs may differ, in seconds. */
const toleranceS = 5

/** What this package verifies itself: what others verify must not look like it in the record. */
const ownNames: ReadonlySet<string> = new Set([
  'aws',
  'directory',
  'gcp',
  'github-actions',
  'id-token',
  'jwt',
  'kubernetes',
  'signed-approval',
  'spiffe',
  'unverified',
])

function verifierName(verifiedBy: string): string {
  if (ownNames.has(verifiedBy))
    throw wrongOption('claimsVerifier', 'verifiedBy must not be the name of a verifier of bothkeys')
  return identifier(verifiedBy, 'verifiedBy', 64, (reason) => wrongOption('claimsVerifier', reason))
}

/** The thumbprint of the key that the presenter proves to have; undefined without a proof. */
function keyReader(
  rules: DpopRules | undefined,
  checkProof: DpopCheck | undefined,
): (token: string, proof: unknown) => Promise<string | undefined> {
  return async (token, proof) => {
    if (proof === undefined) {
      if (rules?.required === true) throw proofRefused('there is none', 'pass { token, proof }')
      return undefined
    }
    if (rules === undefined || checkProof === undefined)
      throw proofRefused('this verifier checks no proofs', 'leave the proof out, or set the option dpop')
    const { algorithm, header } = uncheckedProof(proof, 'dpop+jwt', rules.algorithms)
    const { thumbprint } = publicJwk(header['jwk'], algorithm)
    await checkProof(proof, { token, thumbprint })
    return thumbprint
  }
}
