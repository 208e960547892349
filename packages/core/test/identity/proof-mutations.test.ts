import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import type { JwtAlgorithm } from '../../src/identity/algorithms.js'
import { encode } from './jwt-support.js'
import { ann, client, openWith, prove } from './proof-support.js'

/** The key of the principal that a proof makes, when it is accepted. */
async function acceptedFor(proof: string, token: string, algorithm: JwtAlgorithm): Promise<unknown> {
  return openWith(proof, token, { algorithms: [algorithm] }).then(
    (principal) => principal.key,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'ERR_PROOF_INVALID' })
      return undefined
    },
  )
}

/** The proof with one bit of a decoded part changed, written anew in base64url. */
function flipped(proof: string, part: number, bit: number): string {
  const parts = proof.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const at = bit % (bytes.length * 8)
  bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
  parts[part] = encode(bytes)
  return parts.join('.')
}

const bitsOf = (proof: string, part: number): number =>
  Buffer.from(proof.split('.')[part] ?? '', 'base64url').length * 8

describe('I22: a proof with one bit changed', () => {
  it.each([
    ['header', 0],
    ['claims', 1],
    ['signature', 2],
  ] as const)('is refused, whichever bit of its %s it is', async (_what, part) => {
    const proof = await prove()
    expect(await acceptedFor(proof, ann.token, 'ES256')).toEqual({ known: [ann.jkt] })
    const tries = Array.from({ length: bitsOf(proof, part) }, (_, bit) =>
      acceptedFor(flipped(proof, part, bit), ann.token, 'ES256'),
    )
    expect(tries.length).toBeGreaterThan(300)
    expect((await Promise.all(tries)).filter((accepted) => accepted !== undefined)).toEqual([])
  })
})

describe('I22: of a proof with one to three bits changed no other key is accepted', () => {
  it.each<JwtAlgorithm>(['ES256', 'RS256', 'Ed25519'])('%s', async (alg) => {
    const carl = await client(alg)
    const proof = await prove({}, { alg }, carl)
    expect(await acceptedFor(proof, carl.token, alg)).toEqual({ known: [carl.jkt] })
    const flip = fc.record({ part: fc.nat(2), bit: fc.nat(20_000) })
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 3 }), async (flips) => {
        const changed = flips.reduce((text, { bit, part }) => flipped(text, part, bit), proof)
        const accepted = await acceptedFor(changed, carl.token, alg)
        if (changed === proof) expect(accepted).toEqual({ known: [carl.jkt] })
        else expect(accepted).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})
