import type { JWTVerifyGetKey } from 'jose'
import type { Refuse } from './identifier.js'
import { refused } from './identifier.js'

const leastModulusBits = 2048
const leastExponent = 3n

/**
 * Keys of which the weak ones are refused with ERR_TOKEN_INVALID: RSA under 2048 bits (RFC 7518 section 3.3), and RSA
 * with an exponent of 1, for which anybody can write a signature.
 */
export function strongKeys(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    const key = await keys(header, token)
    if ('algorithm' in key) assertStrong(key.algorithm, refused)
    return key
  }
}

/** Refuses a weak key, by the algorithm of a CryptoKey. Throws what `refuse` makes. */
export function assertStrong(algorithm: object, refuse: Refuse): void {
  if ('modulusLength' in algorithm && Number(algorithm.modulusLength) < leastModulusBits) {
    throw refuse('it is signed with an RSA key of less than 2048 bits', 'use a longer key')
  }
  if (!('publicExponent' in algorithm) || !(algorithm.publicExponent instanceof Uint8Array)) return
  if (BigInt(`0x0${Buffer.from(algorithm.publicExponent).toString('hex')}`) < leastExponent) {
    throw refuse('it is signed with an RSA key whose signatures anybody can write', 'replace the key')
  }
}
