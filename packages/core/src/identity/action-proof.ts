import type { Clock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import { identifier } from './identifier.js'
import { quick } from './algorithms.js'
import { proofKeys } from './proof-keys.js'
import { proofRefused } from './proof-refused.js'
import { publicJwk } from './public-jwk.js'
import { ReplayWindow } from './replay-window.js'
import type { UncheckedProof } from './signed-proof.js'
import { assertSignedWith, uncheckedProof } from './signed-proof.js'

/** The `typ` of a proof of one action. No token and no other proof is of it. */
export const actionProofType = 'bothkeys-action+jwt'

/** The longest life of a proof, from `iat` to `exp`, and how far a clock may be ahead, in seconds. */
export const maxActionProofS = 30
const toleranceS = 5

/** The claims of a proof. One with any other says something that is not looked at. */
const claimNames: ReadonlySet<string> = new Set(['aud', 'sid', 'adh', 'ath', 'jti', 'iat', 'exp'])

/** What a proof must be for. */
export interface ProofPurpose {
  readonly engine: string
  readonly session: string
  /** The digest of the action. */
  readonly action: string
  /** The thumbprint of the key that has to sign. */
  readonly key: string
  /** SHA-256 of the session's token in base64url; undefined for a session whose key no token names. */
  readonly tokenHash: string | undefined
}

/** Checks one proof, and uses it up. */
export type ActionProofCheck = (proof: unknown, purpose: ProofPurpose) => Promise<void>

/** How many used proofs are remembered, half of them of one key. */
const remembered = 100_000

/**
 * Checks proofs of actions: a JWS of `typ: bothkeys-action+jwt` after the model of RFC 9449, signed with the session's key,
 * over this action of this session of this engine and its token, that lives at most 30 seconds and was not used before.
 * What is remembered of used proofs is bounded; when it is full, nothing is accepted. Time never goes backwards.
 * Throws ERR_PROOF_INVALID, and ERR_LIMIT_EXCEEDED when no more can be remembered.
 */
export function actionProofCheck(clock: Clock, capacity = remembered): ActionProofCheck {
  const time = new ForwardTime(clock)
  const keys = proofKeys()
  const used = new ReplayWindow({
    // A proof from the future can be used until its end. A second more, for fractions.
    windowMs: (maxActionProofS + toleranceS + 1) * 1000,
    capacity,
    perKey: Math.ceil(capacity / 2),
    monotonicMs: () => clock.monotonicMs(),
  })
  return async (text, purpose) => {
    const proof = uncheckedProof(text, actionProofType, quick)
    const jwk = publicJwk(proof.header['jwk'], proof.algorithm)
    if (jwk.thumbprint !== purpose.key) throw proofRefused('its key is not the one that the session is bound to')
    const id = identifier(proof.claims['jti'], 'jti', 256, proofRefused)
    assertPurpose(proof, purpose)
    assertNew(proof, time.nowMs() / 1000)
    await assertSignedWith(proof, await keys(jwk, proof.algorithm))
    // Last, and at once: what is refused for another reason is not remembered, and of two at the same time one is first.
    if (!used.use(purpose.key, id)) throw proofRefused('it was used before')
  }
}

function assertPurpose({ claims }: UncheckedProof, purpose: ProofPurpose): void {
  for (const name of Object.keys(claims))
    if (!claimNames.has(name)) throw proofRefused('it has a claim that no proof of an action has')
  if (claims['aud'] !== purpose.engine) throw proofRefused('its aud is not this engine')
  if (claims['sid'] !== purpose.session) throw proofRefused('its sid is not this session')
  if (claims['adh'] !== purpose.action) throw proofRefused('its adh is not the digest of the action')
  if (claims['ath'] !== purpose.tokenHash) throw proofRefused("its ath is not the hash of the session's token")
}

function assertNew({ claims: { exp, iat } }: UncheckedProof, nowS: number): void {
  if (typeof iat !== 'number' || typeof exp !== 'number') throw proofRefused('iat or exp is not a number')
  if (iat > nowS + toleranceS) throw proofRefused('iat lies in the future', 'set the clocks of both machines')
  if (exp <= nowS) throw proofRefused('it has expired')
  if (exp <= iat || exp - iat > maxActionProofS)
    throw proofRefused(`it does not live between 0 and ${String(maxActionProofS)} seconds`)
}
