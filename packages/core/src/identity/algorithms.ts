/**
 * The signature algorithms that are accepted at all: asymmetric ones, so that a verifier can never sign.
 * ES256 and EdDSA check in a tenth of a millisecond; ES384 and ES512 take five times as long and more.
 */
export const asymmetric = Object.freeze([
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
] as const)

/** What a token may be signed with (RFC 7518, RFC 8037, RFC 9864): a public key verifies it. */
export type JwtAlgorithm = (typeof asymmetric)[number]

/** Those with short keys and quick checks, nothing to choose wrongly: for all that is signed for bothkeys alone. */
export const quick: readonly JwtAlgorithm[] = Object.freeze(['ES256', 'EdDSA', 'Ed25519'])
