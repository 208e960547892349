import { describe, expect, it } from 'vitest'
import { dpopCheck } from '../../src/identity/dpop.js'
import { proofKeys } from '../../src/identity/proof-keys.js'
import { publicJwk } from '../../src/identity/public-jwk.js'
import { assertSignedWith, uncheckedProof } from '../../src/identity/signed-proof.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { ath } from './proof-support.js'

/** RFC 9449, sections 4.1, 5 and 7.1. */
const header =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rsc' +
  'EJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19'
const tokenRequest =
  `${header}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2V` +
  'uIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg'
const refresh =
  `${header}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2V` +
  'uIiwiaWF0IjoxNTYyMjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA'
const resource =
  `${header}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm9` +
  '0ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9' +
  '.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA'
const token = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'
const thumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

const rules = {
  method: 'GET',
  url: 'https://resource.example.org/protectedresource',
  algorithms: ['ES256'],
  maxAgeS: 60,
  toleranceS: 5,
  nonce: false,
  required: true,
  remembered: 100,
} as const

describe('the examples of RFC 9449', () => {
  it.each([
    ['token request', tokenRequest],
    ['refresh', refresh],
    ['resource request', resource],
  ])('the proof of a %s has the thumbprint of section 6.1 and its signature verifies', async (_what, text) => {
    const proof = uncheckedProof(text, 'dpop+jwt', ['ES256'])
    const jwk = publicJwk(proof.header['jwk'], 'ES256')
    expect(jwk.thumbprint).toBe(thumbprint)
    await expect(assertSignedWith(proof, await proofKeys()(jwk, 'ES256'))).resolves.toBeUndefined()
  })

  it('the hash of the token is that of section 7.1', () => {
    expect(ath(token)).toBe('fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo')
  })

  it('the resource request is accepted when it was made, once, and not today', async () => {
    const then = dpopCheck(rules, fixedClock(1_562_262_618_000))
    await expect(then(resource, { token, thumbprint })).resolves.toBeUndefined()
    await expect(then(resource, { token, thumbprint })).rejects.toThrow('it was used before')
    const today = dpopCheck(rules, fixedClock(1_780_000_000_000))
    await expect(today(resource, { token, thumbprint })).rejects.toThrow('it is too old')
  })

  it('the requests to the authorization server are for no token, so they open nothing', async () => {
    const check = dpopCheck(
      { ...rules, method: 'POST', url: 'https://server.example.com/token' },
      fixedClock(1_562_262_616_000),
    )
    await expect(check(tokenRequest, { token, thumbprint })).rejects.toThrow('its ath is not the hash')
  })
})
