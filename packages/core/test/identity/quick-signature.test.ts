import { CompactSign, compactVerify, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import type { JwtAlgorithm } from '../../src/identity/algorithms.js'
import { isSignedQuickly } from '../../src/identity/quick-signature.js'

const pairs = {
  ES256: await generateKeyPair('ES256'),
  EdDSA: await generateKeyPair('EdDSA'),
  Ed25519: await generateKeyPair('Ed25519'),
  ES384: await generateKeyPair('ES384'),
}
type Pair = keyof typeof pairs
const quick = ['ES256', 'EdDSA', 'Ed25519'] as const

function signed(algorithm: Pair, payload = 'payload'): Promise<string> {
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: algorithm }).sign(pairs[algorithm].privateKey)
}

/** What jose says of it. */
function accepted(text: string, algorithm: Pair): Promise<boolean> {
  return compactVerify(text, pairs[algorithm].publicKey, { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  )
}

describe('a quick signature', () => {
  it.each(quick)('of %s is one for jose, too, and with a bit changed for neither', async (algorithm) => {
    const text = await signed(algorithm)
    const { publicKey } = pairs[algorithm]
    expect([isSignedQuickly(text, algorithm, publicKey), await accepted(text, algorithm)]).toEqual([true, true])
    const start = text.lastIndexOf('.') + 1
    const signature = Buffer.from(text.slice(start), 'base64url')
    for (let bit = 0; bit < signature.length * 8; bit += 7) {
      const changed = Buffer.from(signature)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const forged = text.slice(0, start) + changed.toString('base64url')
      expect([isSignedQuickly(forged, algorithm, publicKey), await accepted(forged, algorithm)]).toEqual([false, false])
    }
  })

  it.each(quick)('of %s is over header and payload', async (algorithm) => {
    const [one, other] = [await signed(algorithm), await signed(algorithm, 'other')]
    const { publicKey } = pairs[algorithm]
    const parts = one.split('.')
    const swapped = `${parts[0] ?? ''}.${other.split('.')[1] ?? ''}.${parts[2] ?? ''}`
    expect(isSignedQuickly(swapped, algorithm, publicKey)).toBe(false)
    const spaced = Buffer.from(`{"alg": "${algorithm}"}`).toString('base64url')
    expect(isSignedQuickly(`${spaced}.${parts.slice(1).join('.')}`, algorithm, publicKey)).toBe(false)
  })

  it.each(quick)('of %s has 64 bytes', async (algorithm) => {
    const text = await signed(algorithm)
    const { publicKey } = pairs[algorithm]
    for (const forged of [text.slice(0, text.lastIndexOf('.') + 1), text.slice(0, -4), `${text}AAAA`])
      expect(isSignedQuickly(forged, algorithm, publicKey)).toBe(false)
  })

  it('is nobody’s whose key is for another algorithm', async () => {
    const asked: readonly (readonly [JwtAlgorithm, Pair])[] = [
      ['ES256', 'EdDSA'],
      ['ES256', 'ES384'],
      ['EdDSA', 'ES256'],
      ['Ed25519', 'ES384'],
    ]
    for (const [algorithm, pair] of asked)
      expect(isSignedQuickly(await signed(pair), algorithm, pairs[pair].publicKey)).toBe(false)
  })

  it('is none that takes long: others look at those', async () => {
    expect(isSignedQuickly(await signed('ES384'), 'ES384', pairs.ES384.publicKey)).toBeUndefined()
  })
})
