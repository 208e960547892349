import { hash } from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import { SignJWT, exportJWK } from 'jose'
import { BothKeysError } from '../errors.js'
import { randomHex } from '../model/digest.js'
import type { ProvableAction } from '../model/provable-action.js'
import { actionDigest, provableText } from '../model/provable-action.js'
import { actionProofType } from './action-proof.js'

/** Who signs for the actions of a session. */
export interface ActionSignature {
  /** The name of the guard. An action of another is not signed. */
  readonly engine: string
  /** The pair that the session is bound to. The private key need not be extractable. */
  readonly keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }
  /** What the pair is for. */
  readonly algorithm: 'ES256' | 'EdDSA' | 'Ed25519'
  /** The token that opened the session. Left out for a sub-agent with a key of its own. */
  readonly token?: string
  /** Seconds until the proof expires, at most 30. Default 10. */
  readonly lifetimeS?: number
  /** Unix milliseconds. Default: now. */
  readonly nowMs?: number
}

/**
 * Signs one action as `typ: bothkeys-action+jwt`, in the process that holds the key: what `openSession({ proveAction })` asks
 * for. Whoever calls it has looked at the action and wants it to run. Rejects with ERR_CONFIG_INVALID when it is for another
 * engine, and with ERR_SNAPSHOT_INVALID when it is not plain JSON.
 *
 * @example
 * await signAction(action, { engine: 'orders', keys, algorithm: 'ES256', token })
 */
export async function signAction(action: ProvableAction, signature: ActionSignature): Promise<string> {
  const { algorithm, engine, keys, lifetimeS = 10, nowMs = Date.now(), token } = signature
  if (action.engine !== engine)
    throw new BothKeysError('ERR_CONFIG_INVALID', 'signAction: the action is for another engine')
  const iat = Math.floor(nowMs / 1000)
  const ath = token === undefined ? {} : { ath: hash('sha256', token, 'base64url') }
  const adh = actionDigest(provableText(action))
  return new SignJWT({ aud: engine, sid: action.session, adh, ...ath, jti: randomHex(16), iat, exp: iat + lifetimeS })
    .setProtectedHeader({ typ: actionProofType, alg: algorithm, jwk: await publicOf(keys.publicKey) })
    .sign(keys.privateKey)
}

const exported = new WeakMap<CryptoKey, JWK>()

/** The public key without what WebCrypto remarks about it. */
async function publicOf(key: CryptoKey): Promise<JWK> {
  const known = exported.get(key)
  if (known !== undefined) return known
  const { crv, kty, x, y } = await exportJWK(key)
  // Of an Ed25519 key there is no y, and JSON leaves it out.
  const jwk = { crv, kty, x, y } as JWK
  exported.set(key, jwk)
  return jwk
}
