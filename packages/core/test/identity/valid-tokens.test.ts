import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import type { JwtAlgorithm } from '../../src/identity/algorithms.js'
import { encode, issuer, sign, signText, verify } from './jwt-support.js'

const everyAlgorithm: readonly JwtAlgorithm[] = [
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
]

describe('a token in', () => {
  it.each(everyAlgorithm)('%s is accepted, and refused with another algorithm of the list', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg, use: 'sig' }] }
    const token = await sign({}, { alg }, privateKey)
    const made = await verify(token, { algorithms: [alg], jwks })
    expect(made).toMatchObject({ kind: 'agent', subject: { issuer, id: 'etl-7' }, roles: ['ingest'] })
    const others = everyAlgorithm.filter((other) => other !== alg)
    await expect(verify(token, { algorithms: others, jwks })).rejects.toThrow('its algorithm is not one')
  })
})

/** The order of P-256 (FIPS 186-5). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

describe('the twin of an ECDSA signature, which anybody can make,', () => {
  it('stands for the same principal: nothing may be keyed on the bytes of a token', async () => {
    const [head = '', body = '', text = ''] = signText().split('.')
    const signature = Buffer.from(text, 'base64url')
    const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
    const twin = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
    const token = `${head}.${body}.${encode(Buffer.concat([signature.subarray(0, 32), twin]))}`
    const made = await verify(token)
    const original = await verify(`${head}.${body}.${text}`)
    expect(JSON.stringify({ ...made })).toBe(JSON.stringify({ ...original }))
  })
})
