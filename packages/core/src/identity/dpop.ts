import { hash } from 'node:crypto'
import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import type { DpopRules } from './dpop-options.js'
import { identifier } from './identifier.js'
import { proofKeys } from './proof-keys.js'
import type { ProofNonces } from './proof-nonces.js'
import { proofNonces } from './proof-nonces.js'
import { proofRefused } from './proof-refused.js'
import { publicJwk } from './public-jwk.js'
import { ReplayWindow } from './replay-window.js'
import type { UncheckedProof } from './signed-proof.js'
import { assertSignedWith, uncheckedProof } from './signed-proof.js'

/** What a proof must be for: a token that was checked, and the key that it is bound to. */
export interface BoundToken {
  readonly token: string
  readonly thumbprint: string
}

/** Checks the proof that comes with a token. */
export type DpopCheck = (proof: unknown, bound: BoundToken) => Promise<void>

/**
 * Checks proofs of possession as RFC 9449 section 4.3 says: signed with the key that the token is bound to, for this
 * token, this URL and method, new, and used for the first time. What is remembered of used proofs is bounded; when it is
 * full, nothing is accepted. Time never goes backwards, so that a clock that is set back makes no old proof new.
 * Throws ERR_PROOF_INVALID; ERR_PROOF_NONCE, with a nonce, when everything else is right; ERR_LIMIT_EXCEEDED.
 */
export function dpopCheck(rules: DpopRules, clock: Clock): DpopCheck {
  const monotonicMs = (): number => clock.monotonicMs()
  const time = new ForwardTime(clock)
  const keys = proofKeys()
  const nonces = rules.nonce ? proofNonces(rules.maxAgeS * 1000, monotonicMs) : undefined
  const used = new ReplayWindow({
    // A proof from the future can be used until it is too old. A second more, for fractions.
    windowMs: (rules.maxAgeS + rules.toleranceS + 1) * 1000,
    capacity: rules.remembered,
    perKey: Math.floor(rules.remembered / 10),
    monotonicMs,
  })
  return async (text, { thumbprint, token }) => {
    const proof = uncheckedProof(text, 'dpop+jwt', rules.algorithms)
    const jwk = publicJwk(proof.header['jwk'], proof.algorithm)
    if (jwk.thumbprint !== thumbprint) throw proofRefused('its key is not the one that the token is bound to')
    await assertSignedWith(proof, await keys(jwk, proof.algorithm))
    const id = identifier(proof.claims['jti'], 'jti', 256, proofRefused)
    assertPurpose(proof, rules, token)
    assertNew(proof, rules, time.nowMs() / 1000)
    if (nonces !== undefined) assertNonce(proof, nonces)
    // Last, and at once: what is refused for another reason is not remembered, and of two at the same time one is first.
    if (!used.use(thumbprint, id)) throw proofRefused('it was used before')
  }
}

function assertPurpose({ claims }: UncheckedProof, { method, url }: DpopRules, token: string): void {
  if (claims['htm'] !== method) throw proofRefused(`its htm is not ${method}`)
  if (claims['htu'] !== url)
    throw proofRefused(`its htu is not ${url}`, 'sign a proof for the URL that the reason names')
  if (claims['ath'] !== hash('sha256', token, 'base64url')) throw proofRefused('its ath is not the hash of the token')
}

function assertNew({ claims }: UncheckedProof, { maxAgeS, toleranceS }: DpopRules, nowS: number): void {
  const { exp, iat, nbf } = claims
  if (typeof iat !== 'number') throw proofRefused('iat is not a number')
  if (iat > nowS + toleranceS) throw proofRefused('iat lies in the future', 'set the clocks of both machines')
  if (iat < nowS - maxAgeS) throw proofRefused('it is too old')
  if (exp !== undefined && !(typeof exp === 'number' && exp > nowS)) throw proofRefused('it has expired')
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= nowS + toleranceS))
    throw proofRefused('it is not valid yet')
}

function assertNonce({ claims }: UncheckedProof, nonces: ProofNonces): void {
  if (nonces.isFresh(claims['nonce'])) return
  throw new BothKeysError('ERR_PROOF_NONCE', 'the proof of possession needs a fresh nonce of this engine', {
    hint: "sign a new proof with the error's nonce as its nonce",
    nonce: nonces.fresh(),
  })
}
