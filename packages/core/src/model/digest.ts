import { createHmac, hash, randomBytes, randomFillSync } from 'node:crypto'

declare const digestBrand: unique symbol

/** A SHA-256 digest in lower-case hex. */
export type Digest = string & { readonly [digestBrand]: true }

/** SHA-256 over the given texts, one after the other. */
export function sha256(...parts: readonly string[]): Digest {
  // The hex of a SHA-256 is what the brand stands for; this is its only maker beside hmacSha256.
  return hash('sha256', parts.join(''), 'hex') as Digest
}

/** HMAC-SHA-256 (RFC 2104) of a text. */
export function hmacSha256(key: Uint8Array, text: string): Digest {
  return createHmac('sha256', key).update(text).digest('hex') as Digest
}

/** Random bytes that nobody was given yet: asking the system for many at once costs hardly more than for a few. */
const spare = Buffer.alloc(4_096)
let given = spare.length

/** `bytes` random bytes as lower-case hex. Nothing of them stays behind. */
export function randomHex(bytes: number): string {
  if (bytes > spare.length) return randomBytes(bytes).toString('hex')
  if (given + bytes > spare.length) {
    randomFillSync(spare)
    given = 0
  }
  const hex = spare.toString('hex', given, given + bytes)
  spare.fill(0, given, given + bytes)
  given += bytes
  return hex
}
