import { hash } from 'node:crypto'
import type { CryptoKey, JWK, KeyObject } from 'jose'
import { randomHex } from '../model/digest.js'
import { loadJose } from './load-jose.js'
import { requestTokenType } from './request-token.js'

/** One message of an engine to whoever asks people for it. */
export interface RequestMessage {
  /** For whom it is: the `iss` of the approvals that the relay signs. */
  readonly audience: string
  /** The HTTP method. */
  readonly method: 'GET' | 'POST'
  /** The path with its query, as it is sent. */
  readonly path: string
  /** Left out: the empty one. */
  readonly body?: string
}

/** Which engine sends it. */
export interface RequestSignature {
  /** The name of the guard: `createGuard({ engine })`. */
  readonly engine: string
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
 * Signs one message as `typ: bothkeys-request+jwt`, which goes into its `Authorization: Bearer` header and is good for that
 * message alone, once, for a minute. The key can only ask: with it nobody can approve.
 *
 * @example
 * await signRequest({ audience, method: 'POST', path: '/v1/requests', body }, { engine: 'orders', key, algorithm: 'ES256' })
 */
export async function signRequest(message: RequestMessage, signature: RequestSignature): Promise<string> {
  const { audience, body = '', method, path } = message
  const { algorithm, engine, key, keyId, nowMs = Date.now() } = signature
  const issuedAtS = Math.floor(nowMs / 1000)
  const { SignJWT } = await loadJose()
  return new SignJWT({ htm: method, path, bdh: hash('sha256', body, 'base64url') })
    .setProtectedHeader({ alg: algorithm, typ: requestTokenType, ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(engine)
    .setAudience(audience)
    .setJti(randomHex(16))
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + 60)
    .sign(key)
}
