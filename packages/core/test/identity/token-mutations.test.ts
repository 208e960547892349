import { fc } from '../properties.js'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import type { JwtAlgorithm } from '../../src/identity/algorithms.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Verifier } from '../../src/identity/verifier.js'
import { encode, options, sign, signal } from './jwt-support.js'

/** Who a token stands for, when it is accepted. */
async function acceptedAs(verifier: Verifier, token: string): Promise<string | undefined> {
  return verifier.verify({ token }, signal).then(
    (principal) => JSON.stringify({ ...principal }),
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
      return undefined
    },
  )
}

/** The token with one bit of a decoded part changed, written anew in base64url. */
function flipped(token: string, part: number, bit: number): string {
  const parts = token.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const at = bit % (bytes.length * 8)
  bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
  parts[part] = encode(bytes)
  return parts.join('.')
}

const bitsOf = (token: string, part: number): number =>
  Buffer.from(token.split('.')[part] ?? '', 'base64url').length * 8

async function inAlgorithm(alg: JwtAlgorithm): Promise<{ readonly token: string; readonly verifier: Verifier }> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg }] }
  return {
    token: await sign({}, { alg }, privateKey),
    verifier: jwtVerifier({ ...options, algorithms: [alg], jwks }),
  }
}

describe('a token with one bit changed', () => {
  it('is refused, whichever bit of its text it is', async () => {
    const token = await sign()
    const verifier = jwtVerifier(options)
    expect(await acceptedAs(verifier, token)).toBeDefined()
    const bytes = Buffer.from(token)
    const tries = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      return acceptedAs(verifier, changed.toString('latin1'))
    })
    expect((await Promise.all(tries)).filter((accepted) => accepted !== undefined)).toEqual([])
  })

  it.each([
    ['header', 0],
    ['claims', 1],
    ['signature', 2],
  ] as const)('is refused, whichever bit of its %s it is', async (_what, part) => {
    const { token, verifier } = await inAlgorithm('ES256')
    const tries = Array.from({ length: bitsOf(token, part) }, (_, bit) =>
      acceptedAs(verifier, flipped(token, part, bit)),
    )
    expect(tries.length).toBeGreaterThan(300)
    expect((await Promise.all(tries)).filter((accepted) => accepted !== undefined)).toEqual([])
  })
})

/** A failure prints the seed. */
describe('I22: of a token with one to three bits changed nobody else is made', () => {
  it.each<JwtAlgorithm>(['ES256', 'ES384', 'RS256', 'PS256', 'Ed25519'])('%s', async (alg) => {
    const { token, verifier } = await inAlgorithm(alg)
    const original = await acceptedAs(verifier, token)
    expect(original).toBeDefined()
    const flip = fc.record({ part: fc.nat(2), bit: fc.nat(20_000) })
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 3 }), async (flips) => {
        const changed = flips.reduce((text, { bit, part }) => flipped(text, part, bit), token)
        const accepted = await acceptedAs(verifier, changed)
        expect([undefined, original]).toContain(accepted)
        if (changed !== token) expect(accepted).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })
})
