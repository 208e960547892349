import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { VerifySamlOptions } from '../src/index.js'
import { seenAssertions, verifySamlResponse } from '../src/index.js'
import { certificate } from './certificate.js'
import { options, signal, verify } from './support.js'
import { encoded, keys, signedXml, strangerKeys } from './test-idp.js'

const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' })
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
const probabilistic = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export({
  type: 'spki',
  format: 'pem',
})
const anybodys = createPublicKey({
  key: { ...createPublicKey(keys.publicKey).export({ format: 'jwk' }), e: 'AQ' },
  format: 'jwk',
}).export({ type: 'spki', format: 'pem' })

describe('the options of verifySamlResponse', () => {
  it.each([
    [{ issuer: '' }, /issuer is empty/u],
    [{ issuer: 'https://idp.example.com/#x' }, /issuer has a fragment/u],
    [{ issuer: undefined }, /issuer is not a string/u],
    [{ audience: '' }, /audience is empty/u],
    [{ audience: undefined }, /audience is not a string/u],
    [{ callbackUrl: 'http://bothkeys.example.com/' }, /callbackUrl must be an https URL/u],
    [{ callbackUrl: 'https://a@bothkeys.example.com/' }, /neither credentials nor a fragment/u],
    [{ callbackUrl: 'https://bothkeys.example.com/#x' }, /neither credentials nor a fragment/u],
    [{ callbackUrl: '/login' }, /callbackUrl is not a URL/u],
    [{ certificates: [] }, /between 1 and 8/u],
    [{ certificates: Array.from({ length: 9 }, () => keys.publicKey) }, /between 1 and 8/u],
    [{ certificates: undefined }, /certificates must be/u],
    [{ certificates: 'MIIB' }, /certificates must be/u],
    [{ certificates: keys.privateKey }, /certificates must be/u],
    [{ certificates: `${keys.publicKey}${strangerKeys.publicKey}` }, /certificates must be/u],
    [{ certificates: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, /certificates must hold RSA/u],
    [{ certificates: short }, /certificates must hold RSA/u],
    [{ certificates: anybodys }, /certificates must hold RSA/u],
    [{ certificates: probabilistic }, /certificates must hold RSA/u],
    [{ certificates: curve }, /certificates must hold RSA/u],
    [{ seen: undefined }, /seen must be/u],
    [{ seen: {} }, /seen must be/u],
    [{ signed: 'none' }, /signed must be/u],
    [{ clockToleranceS: 61 }, /clockToleranceS must be/u],
    [{ clockToleranceS: -1 }, /clockToleranceS must be/u],
    [{ clockToleranceS: '5' }, /clockToleranceS must be/u],
    [{ maxLifetimeS: 0 }, /maxLifetimeS must be/u],
    [{ maxLifetimeS: Number.NaN }, /maxLifetimeS must be/u],
    [{ certificate: 'x' }, /there is no option certificate/u],
  ])('are refused: %j', async (overrides, reason) => {
    const verifying = verifySamlResponse(
      encoded(signedXml()),
      { ...options(), ...overrides } as VerifySamlOptions,
      signal,
    )
    await expect(verifying).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringMatching(reason),
    })
  })

  it('take certificates, whose key counts and whose dates do not', async () => {
    const certificates = [certificate(strangerKeys), certificate(keys)]
    expect((await verify(signedXml({}, 'both'), { certificates })).subject.id).toBe('ann')
    await expect(verify(signedXml(), { certificates: certificate(strangerKeys) })).rejects.toThrow(
      /signature is wrong/u,
    )
  })

  it('may name an address on this machine', async () => {
    await expect(verify(signedXml(), { callbackUrl: 'http://127.0.0.1:8080/acs' })).rejects.toThrow(/Destination/u)
  })
})

describe('the options of seenAssertions', () => {
  it.each([[{ capacity: 0 }], [{ capacity: 1.5 }], [{ capacity: 10_000_001 }], [{ size: 1 } as object]])(
    'are refused: %j',
    (overrides) => {
      expect(() => seenAssertions(overrides)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    },
  )
})
