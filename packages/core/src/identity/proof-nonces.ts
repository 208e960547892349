import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const timeBytes = 8
const bodyBytes = timeBytes + 16
const nonceBytes = bodyBytes + 16

/** Nonces that this process hands out and knows again (RFC 9449 section 9). */
export interface ProofNonces {
  fresh(): string
  /** Whether a nonce is one of these and not older than it may be. */
  isFresh(nonce: unknown): boolean
}

/**
 * Nonces that carry the monotonic time at which they were made, and are signed with a key that nobody but this process
 * has. However many are handed out, nothing is kept of them.
 */
export function proofNonces(maxAgeMs: number, monotonicMs: () => number): ProofNonces {
  const key = randomBytes(32)
  const sealed = (body: Buffer): Buffer =>
    createHmac('sha256', key)
      .update(body)
      .digest()
      .subarray(0, nonceBytes - bodyBytes)
  return {
    fresh() {
      const body = Buffer.concat([Buffer.alloc(timeBytes), randomBytes(bodyBytes - timeBytes)])
      body.writeDoubleBE(monotonicMs())
      return Buffer.concat([body, sealed(body)]).toString('base64url')
    },
    isFresh(nonce) {
      if (typeof nonce !== 'string' || nonce.length !== Math.ceil((nonceBytes * 4) / 3)) return false
      const bytes = Buffer.from(nonce, 'base64url')
      if (bytes.length !== nonceBytes || bytes.toString('base64url') !== nonce) return false
      const body = bytes.subarray(0, bodyBytes)
      if (!timingSafeEqual(bytes.subarray(bodyBytes), sealed(body))) return false
      const ageMs = monotonicMs() - body.readDoubleBE()
      return ageMs >= 0 && ageMs <= maxAgeMs
    },
  }
}
