import { hash } from 'node:crypto'
import type { JwtAlgorithm } from './algorithms.js'
import { ownMember } from './own-member.js'
import { proofRefused } from './proof-refused.js'
import { isCanonicalBase64url } from './token-form.js'
import { isSmallOrder } from './small-order.js'

/** A public key as it stands in a proof, without anything that does not belong to it. */
export interface PublicJwk {
  readonly key: Readonly<Record<string, string>>
  /** SHA-256 of the key's required members (RFC 7638), in base64url: what `cnf.jkt` of a token holds. */
  readonly thumbprint: string
}

/** The members that make a key of each kind, in the order of RFC 7638 section 3.2. */
const required: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
  ['RSA', ['e', 'kty', 'n']],
])

/** Members that say something about a public key and are not used (RFC 7517 section 4, WebCrypto). */
const remarks: ReadonlySet<string> = new Set(['alg', 'use', 'kid', 'key_ops', 'ext'])

/** What a key must be for an algorithm: kind, curve, and bytes of a coordinate (RFC 7518 section 6.2, RFC 8037). */
const curves: ReadonlyMap<string, readonly [kty: string, crv: string, bytes: number]> = new Map([
  ['ES256', ['EC', 'P-256', 32]],
  ['ES384', ['EC', 'P-384', 48]],
  ['ES512', ['EC', 'P-521', 66]],
  ['EdDSA', ['OKP', 'Ed25519', 32]],
  ['Ed25519', ['OKP', 'Ed25519', 32]],
])

/** Between 2048 bits, the least that RFC 7518 section 3.3 lets through, and what can still be checked quickly. */
const modulusBytes = { least: 256, most: 1024 }
const mostExponentBytes = 4

/**
 * Reads the public key of a proof: of the kind and curve that the algorithm needs, each member once and in canonical
 * base64url of the right length, so that one key has one thumbprint. Private and unknown members are refused, and so are
 * points with which anybody could sign. Throws ERR_PROOF_INVALID.
 */
export function publicJwk(value: unknown, algorithm: JwtAlgorithm): PublicJwk {
  if (Object.prototype.toString.call(value) !== '[object Object]') throw proofRefused('its key is not a JWK')
  const kind = ownMember(value, 'kty')
  const names = required.get(kind)
  if (names === undefined) throw proofRefused('its key is of a kind that is not accepted')
  for (const name of Object.keys(value as object)) {
    if (!names.includes(name) && !remarks.has(name))
      throw proofRefused('its key has members that no public key has', 'put the public key alone into the header')
  }
  const key = Object.fromEntries(names.map((name) => [name, text(ownMember(value, name))]))
  if (kind === 'RSA') assertRsa(key, algorithm)
  else assertCurve(key, algorithm)
  assertRemarks(value, algorithm)
  return { key, thumbprint: hash('sha256', JSON.stringify(key), 'base64url') }
}

/** A copy of a key with a remark that contradicts its use would be another key to a stricter reader. */
function assertRemarks(value: unknown, algorithm: JwtAlgorithm): void {
  const alg = ownMember(value, 'alg')
  if (alg !== undefined && alg !== algorithm) throw proofRefused('its key is for another algorithm')
  const use = ownMember(value, 'use')
  if (use !== undefined && use !== 'sig') throw proofRefused('its key is not for signatures')
}

function assertCurve(key: Readonly<Record<string, string>>, algorithm: JwtAlgorithm): void {
  const [kty, crv, bytes] = curves.get(algorithm) ?? []
  if (key['kty'] !== kty || key['crv'] !== crv) throw proofRefused('its key does not fit its algorithm')
  for (const name of ['x', 'y']) {
    const coordinate = key[name]
    if (coordinate !== undefined && decoded(coordinate).length !== bytes)
      throw proofRefused('a coordinate of its key has the wrong length')
  }
  if (kty === 'OKP' && isSmallOrder(decoded(key['x'] ?? '')))
    throw proofRefused('its key is one with which anybody can sign', 'make a new key')
}

function assertRsa(key: Readonly<Record<string, string>>, algorithm: JwtAlgorithm): void {
  if (curves.has(algorithm)) throw proofRefused('its key does not fit its algorithm')
  const modulus = decoded(key['n'] ?? '')
  const exponent = decoded(key['e'] ?? '')
  if (modulus[0] === 0 || exponent[0] === 0) throw proofRefused('a number of its key has zeros in front')
  if (modulus.length < modulusBytes.least || modulus.length > modulusBytes.most || exponent.length > mostExponentBytes)
    throw proofRefused('its RSA key is too short or too long')
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw proofRefused('its key lacks a member')
  return value
}

function decoded(value: string): Buffer {
  if (!isCanonicalBase64url(value)) throw proofRefused('the base64url of its key is not canonical')
  return Buffer.from(value, 'base64url')
}
