import { compactVerify } from 'jose'
import type { JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import type { JwtAlgorithm } from '../../src/identity/algorithms.js'
import { keySource } from '../../src/identity/key-source.js'
import { assertTokenForm } from '../../src/identity/token-form.js'
import { systemClock } from '../../src/model/clock.js'
import { encode, verify } from './jwt-support.js'

/** The text that RFC 7520, section 4, signs. It is no JSON, so none of its examples is a token for us. */
const text =
  "It’s a dangerous business, Frodo, going out your door. You step onto the road, and if you don't keep your feet, " +
  'there’s no knowing where you might be swept off to.'

const kid = 'bilbo.baggins@hobbiton.example'
const rsa = {
  kty: 'RSA',
  kid,
  use: 'sig',
  n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
  e: 'AQAB',
}
const ec = {
  kty: 'EC',
  kid,
  use: 'sig',
  crv: 'P-521',
  x: 'AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt',
  y: 'AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1',
}

const signed: readonly (readonly [section: string, alg: JwtAlgorithm, key: JWK, signature: string])[] = [
  [
    '4.1',
    'RS256',
    rsa,
    'MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg',
  ],
  [
    '4.2',
    'PS384',
    rsa,
    'cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw',
  ],
  [
    '4.3',
    'ES512',
    ec,
    'AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2',
  ],
]

const compact = (alg: string, keyId: string, signature: string): string =>
  `${encode(JSON.stringify({ alg, kid: keyId }))}.${encode(text)}.${signature}`

describe('RFC 7520, section', () => {
  it.each(signed)(
    '%s: the %s signature fits the key, and what is signed is no token',
    async (_, alg, key, signature) => {
      const jws = compact(alg, kid, signature)
      assertTokenForm(jws)
      const keys = keySource({ keys: [key] }, 'https://hobbiton.example', systemClock)
      const { payload } = await compactVerify(jws, keys, { algorithms: [alg] })
      expect(new TextDecoder().decode(payload)).toBe(text)
      await expect(verify(jws, { algorithms: [alg], jwks: { keys: [key] } })).rejects.toThrow('its payload is not JSON')
    },
  )

  it('4.4: the HS256 one is refused, and its key is no key to check with', async () => {
    const keyId = '018c0ae5-4d9b-471b-bfd6-eef314bc7037'
    const k = 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg'
    const jws = compact('HS256', keyId, 's0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0')
    await expect(verify(jws)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect(() => keySource({ keys: [{ kty: 'oct', kid: keyId, k }] }, 'https://x.example', systemClock)).toThrow(
      'symmetric key',
    )
  })

  it('4.5: content that is elsewhere is refused', async () => {
    const jws = `${encode(JSON.stringify({ alg: 'ES512', kid }))}..${signed[2]?.[3] ?? ''}`
    await expect(verify(jws, { algorithms: ['ES512'], jwks: { keys: [ec] } })).rejects.toThrow('not a signed JWT')
  })
})
