import type { CryptoKey, JWK, KeyObject } from 'jose'
import { SignJWT } from 'jose'
import type { PolicyStatement } from './policy-token.js'
import { policyTokenType } from './policy-token.js'

export type { PolicyStatement } from './policy-token.js'

/** Who signs a policy. */
export interface PolicySignature {
  /** What `createGuard({ authority: { issuer } })` names. */
  readonly issuer: string
  /** The private key. */
  readonly key: CryptoKey | KeyObject | JWK
  /** What the key is for. */
  readonly algorithm: 'ES256' | 'EdDSA' | 'Ed25519'
  /** The `kid` of the header. Left out: none. */
  readonly keyId?: string
  /** Unix milliseconds. Default: now. */
  readonly nowMs?: number
}

/**
 * Signs a policy as `typ: bothkeys-policy+jwt`. For whoever rolls policies out, where no agent is: the process of an agent must
 * never hold the key.
 *
 * @example
 * await signPolicy({ aud: 'bothkeys', pol: policyDigest({ name, content }), ver: 7 }, { issuer, key, algorithm: 'ES256' })
 */
export async function signPolicy(statement: PolicyStatement, signature: PolicySignature): Promise<string> {
  const { aud, pol, ver } = statement
  const { algorithm, issuer, key, keyId, nowMs = Date.now() } = signature
  return new SignJWT({ pol, ver })
    .setProtectedHeader({ alg: algorithm, typ: policyTokenType, ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(issuer)
    .setAudience(aud)
    .setIssuedAt(Math.floor(nowMs / 1000))
    .sign(key)
}
