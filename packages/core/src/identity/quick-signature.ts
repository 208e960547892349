import { KeyObject, verify } from 'node:crypto'
import type { CryptoKey } from 'jose'
import type { JwtAlgorithm } from './algorithms.js'

/** How Node.js verifies, and the key that the algorithm takes (RFC 7518 section 3.4, RFC 8037 section 3.1). */
const ways: Readonly<Partial<Record<JwtAlgorithm, { readonly hash: string | null; readonly type: string }>>> = {
  ES256: { hash: 'sha256', type: 'ec prime256v1' },
  EdDSA: { hash: null, type: 'ed25519' },
  Ed25519: { hash: null, type: 'ed25519' },
}

const keyObjects = new WeakMap<CryptoKey, KeyObject>()

/**
 * Whether a key has signed the first two parts of a JWS in compact form (RFC 7515 section 5.2), answered at once: WebCrypto
 * takes a turn on another thread, which costs nearly as much again as the check. Undefined for an algorithm that takes long,
 * which is not for this thread. False for a key of another algorithm. Whoever calls has checked the form and the header.
 */
export function isSignedQuickly(text: string, algorithm: JwtAlgorithm, key: CryptoKey): boolean | undefined {
  const way = ways[algorithm]
  if (way === undefined) return undefined
  const keyObject = keyObjects.get(key) ?? KeyObject.from(key)
  keyObjects.set(key, keyObject)
  const { asymmetricKeyDetails, asymmetricKeyType } = keyObject
  const curve = asymmetricKeyDetails?.namedCurve
  if ((curve === undefined ? asymmetricKeyType : `${String(asymmetricKeyType)} ${curve}`) !== way.type) return false
  const end = text.lastIndexOf('.')
  const signature = Buffer.from(text.slice(end + 1), 'base64url')
  return verify(way.hash, Buffer.from(text.slice(0, end)), { key: keyObject, dsaEncoding: 'ieee-p1363' }, signature)
}
