import type { Digest } from './digest.js'
import { sha256 } from './digest.js'

/** What every digest of a request begins with, so that none is that of anything else. */
export const requestPrefix = 'bothkeys.request.v1\0'

/** The digest of a request from its canonical text: SHA-256("bothkeys.request.v1" ‖ 0x00 ‖ text) (RULES 14). */
export function requestDigest(exact: string): Digest {
  return sha256(requestPrefix, exact)
}
