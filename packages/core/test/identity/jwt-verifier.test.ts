import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isPrincipal } from '../../src/identity/make-principal.js'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Credential } from '../../src/identity/verifier.js'
import {
  attacker,
  attackerJwk,
  audience,
  claims,
  forge,
  forgeHmac,
  issuer,
  nowS,
  options,
  publicJwk,
  publicPem,
  sign,
  signText,
  signal,
  verify,
} from './jwt-support.js'

describe('a token that the issuer signed for us', () => {
  it('becomes a principal', async () => {
    const made = await verify(await sign())
    expect(isPrincipal(made)).toBe(true)
    expect(made).toMatchObject({
      kind: 'agent',
      subject: { issuer, id: 'etl-7' },
      roles: ['ingest'],
      owners: 'unknown',
      agentClass: 'unknown',
      key: 'none',
      verifiedBy: 'jwt',
    })
    expect(made.expiresAt.getTime()).toBe((nowS + 600) * 1000)
  })

  it('may name several audiences and have been issued a moment ahead of our clock', async () => {
    await expect(verify(await sign({ aud: ['other', audience], iat: nowS + 5 }))).resolves.toBeDefined()
  })

  it('has no roles when it names none', async () => {
    expect((await verify(await sign({ realm_access: undefined }))).roles).toEqual([])
  })

  it('must have the configured typ', async () => {
    await expect(verify(await sign({}, { typ: 'at+jwt' }), { typ: 'at+jwt' })).resolves.toBeDefined()
    await expect(verify(await sign({}, { typ: 'JWT' }), { typ: 'at+jwt' })).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
    await expect(verify(await sign(), { typ: 'at+jwt' })).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })
})

const text = (changes: string): string => JSON.stringify(claims).replace(/\}$/u, `,${changes}}`)

const attacks: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['alg none', () => forge({ alg: 'none' }, claims, '')],
  ['alg none with a signature', () => forge({ alg: 'none' }, claims, 'AAAA')],
  ['alg None', () => forge({ alg: 'None' }, claims, 'AAAA')],
  ['HS256 with the public key as secret', () => forgeHmac(publicPem)],
  ['an algorithm that is not configured', () => forge({ alg: 'RS256', kid: 'k1' }, claims, 'AAAA')],
  ['no algorithm', () => forge({ kid: 'k1' }, claims, 'AAAA')],
  ['another key', () => sign({}, {}, attacker.privateKey)],
  ['another key, embedded as jwk', () => sign({}, { jwk: attackerJwk }, attacker.privateKey)],
  [
    'another key, embedded as jwk without kid',
    () => sign({}, { kid: undefined, jwk: attackerJwk }, attacker.privateKey),
  ],
  ['another key, by jku', () => sign({}, { jku: 'https://evil.example/jwks' }, attacker.privateKey)],
  ['an unknown kid', () => sign({}, { kid: 'k2' })],
  ['a kid that is a path', () => sign({}, { kid: '../../../dev/null' })],
  ['a critical extension', () => signText(JSON.stringify(claims), { alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 })],
  ['another issuer', () => sign({ iss: 'https://evil.example' })],
  ['the issuer with a slash', () => sign({ iss: `${issuer}/` })],
  ['the issuer in a list', () => sign({ iss: [issuer] })],
  ['no issuer', () => sign({ iss: undefined })],
  ['another audience', () => sign({ aud: 'other' })],
  ['an audience that only begins with ours', () => sign({ aud: `${audience}-test` })],
  ['no audience', () => sign({ aud: undefined })],
  ['an empty list of audiences', () => sign({ aud: [] })],
  ['no exp', () => sign({ exp: undefined })],
  ['exp as a string', () => signText(text(`"exp":"${String(nowS + 600)}"`))],
  ['exp 1e400, which reads as Infinity', () => signText(text('"exp":1e400'))],
  ['exp 1e15', () => sign({ exp: 1e15 })],
  ['a life of more than a day', () => sign({ exp: nowS + 86_401 })],
  ['a life of more than a day without iat', () => sign({ iat: undefined, exp: nowS + 86_401 })],
  ['an old iat and a late exp', () => sign({ iat: nowS - 86_000, exp: nowS + 600 })],
  ['an expiry in the past', () => sign({ exp: nowS - 6 })],
  ['iat in the future', () => sign({ iat: nowS + 6 })],
  ['iat far in the future, which hides the life', () => sign({ iat: nowS + 1e6, exp: nowS + 1e6 + 10 })],
  ['iat as Infinity', () => signText(text('"iat":1e400'))],
  ['iat as a string', () => signText(text('"iat":"now"'))],
  ['nbf in the future', () => sign({ nbf: nowS + 60 })],
  ['no sub', () => sign({ sub: undefined })],
  ['sub as a number', () => signText(text('"sub":7'))],
  ['sub null', () => signText(text('"sub":null'))],
  ['sub empty', () => sign({ sub: '' })],
  ['sub with NUL', () => sign({ sub: 'etl\u0000-7' })],
  ['sub with a bidi override', () => sign({ sub: 'etl\u202e-7' })],
  ['cnf, without its proof', () => sign({ cnf: { jkt: 'x' } })],
  ['an empty cnf', () => sign({ cnf: null })],
  ['act, so that somebody acts for the subject', () => sign({ act: { sub: 'bot' } })],
  ['roles as a string', () => sign({ realm_access: { roles: 'ingest dba' } })],
  ['roles with a number', () => sign({ realm_access: { roles: ['ingest', 7] } })],
  ['roles as an object', () => sign({ realm_access: { roles: { 0: 'dba', length: 1 } } })],
  [
    '257 roles',
    () => sign({ realm_access: { roles: Array.from({ length: 257 }, (_, index) => `r${String(index)}`) } }),
  ],
  ['more than 16 KiB', () => sign({ pad: 'x'.repeat(16_384) })],
  ['a payload that is a list', () => signText('[]')],
  ['a payload that is no JSON', () => signText('{')],
  ['an empty string', () => ''],
  ['four parts', async () => `${await sign()}.AAAA`],
  ['a space at the end', async () => `${await sign()} `],
  ['padding', async () => `${await sign()}=`],
  [
    'the standard alphabet',
    async () => (await sign()).replace(/[-_]/gu, (letter) => (letter === '-' ? '+' : '/')).replace(/$/u, '+'),
  ],
  ['no signature', async () => (await sign()).replace(/[^.]+$/u, '')],
]

describe('a token with', () => {
  it.each(attacks)('%s is refused, and the refusal holds nothing of it', async (_what, make) => {
    const token = await make()
    const error: unknown = await verify(token).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'BothKeysError', code: 'ERR_TOKEN_INVALID' })
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
    const secrets = ['etl', 'ingest', 'evil', 'realm_access', token.split('.')[1] ?? ''].filter(
      (text) => text.length > 2,
    )
    const lines = shown.replaceAll(/\n\s+at .*/gu, '')
    expect(secrets.filter((secret) => lines.includes(secret))).toEqual([])
  })
})

describe('a token without a claim that it needs', () => {
  it.each(['iss', 'aud', 'exp', 'sub'])('is refused, and the refusal names the claim: %s', async (claim) => {
    await expect(verify(await sign({ [claim]: undefined }))).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
      message: expect.stringContaining(`its ${claim} is missing or wrong`) as string,
    })
  })
})

describe('a token with one bit changed', () => {
  it('is refused, whichever bit it is', async () => {
    const token = await sign()
    const verifier = jwtVerifier(options)
    await expect(verifier.verify({ token }, signal)).resolves.toBeDefined()
    const bytes = Buffer.from(token)
    const accepted: string[] = []
    const tries: Promise<void>[] = []
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      tries.push(
        verifier.verify({ token: changed.toString('latin1') }, signal).then(
          () => void accepted.push(`bit ${String(bit)}`),
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
          },
        ),
      )
    }
    await Promise.all(tries)
    expect(accepted).toEqual([])
  })
})

const token = await sign()

describe('a credential that is no token', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an inherited token', Object.create({ token })],
    ['a token that is an object', { token: { toString: () => 'x' } }],
    ['a token in a list', { token: [token] }],
  ])('(%s) is refused', async (_what, credential) => {
    await expect(jwtVerifier(options).verify(credential as Credential, signal)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
  })
})

describe('verifying', () => {
  it('stops when it is aborted', async () => {
    const verifier = jwtVerifier(options)
    await expect(verifier.verify({ token: await sign() }, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
  })
})

const wrongOptions: readonly (readonly [
  string,
  Partial<Record<keyof JwtVerifierOptions, unknown>> & Record<string, unknown>,
])[] = [
  ['no issuer', { issuer: '' }],
  ['an issuer with a fragment', { issuer: 'https://x#y' }],
  ['no audience', { audience: undefined }],
  ['an empty list of audiences', { audience: [] }],
  ['an empty audience', { audience: ['a', ''] }],
  ['no algorithms', { algorithms: undefined }],
  ['an empty list of algorithms', { algorithms: [] }],
  ['alg none', { algorithms: ['none'] }],
  ['HS256', { algorithms: ['ES256', 'HS256'] }],
  ['a tolerance of more than a minute', { clockToleranceS: 61 }],
  ['a tolerance that is no number', { clockToleranceS: Number.NaN }],
  ['a negative tolerance', { clockToleranceS: -1 }],
  ['a lifetime of nothing', { maxLifetimeS: 0 }],
  ['an endless lifetime', { maxLifetimeS: Number.POSITIVE_INFINITY }],
  ['roles that are no pointer', { roles: 'roles' }],
  ['a kind that does not exist', { kind: 'admin' }],
  ['a kind table with a kind that does not exist', { kind: { claim: '/k', values: { a: 'admin' } } }],
  ['an empty kind table', { kind: { claim: '/k', values: {} } }],
  ['a class table that is no table', { agentClass: { claim: '/c', values: 'x' } }],
  ['owners of no issuer', { owners: { claim: '/o', issuer: '' } }],
  ['an empty typ', { typ: '' }],
  ['an option that does not exist', { audiance: 'bothkeys' }],
  ['keys over http', { jwks: 'http://idp.example/jwks' }],
  ['keys in a file', { jwks: 'file:///etc/jwks' }],
  ['keys at a URL with a password', { jwks: 'https://a:b@idp.example/jwks' }],
  ['keys that are no URL', { jwks: 'keys' }],
  ['keys that are broken JSON', { jwks: '{"keys":' }],
  ['an empty key set', { jwks: { keys: [] } }],
  ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
  ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } }],
  ['a key that is no object', { jwks: { keys: ['x'] } }],
  ['a key that is a list', { jwks: { keys: [Object.assign([], { kty: 'EC' })] } }],
  ['a key set that is a list', { jwks: Object.assign([], { keys: [publicJwk] }) }],
  ['a key set that cannot be copied', { jwks: { keys: [publicJwk], more: () => undefined } }],
]

describe('a verifier cannot be built with', () => {
  it.each(wrongOptions)('%s', (_what, change) => {
    expect(() => jwtVerifier({ ...options, ...change } as JwtVerifierOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})

describe('the reason of a refusal', () => {
  it.each<[reason: string, token: () => Promise<string> | string, change?: Partial<JwtVerifierOptions>]>([
    ['it has expired', () => sign({ exp: nowS - 6 })],
    ['its algorithm is not one of those configured', () => forge({ alg: 'RS256', kid: 'k1' }, claims, 'AAAA')],
    ['its signature is wrong', () => sign({}, {}, attacker.privateKey)],
    ['no key of the issuer fits', () => sign({}, { kid: 'k2' })],
    [
      'several keys of the issuer fit and it names none',
      () => sign({}, { kid: undefined }),
      { jwks: { keys: [publicJwk, { ...publicJwk, kid: 'k2' }] } },
    ],
    ['it is malformed', () => signText('7')],
    [
      'it uses something that is not supported',
      () => signText(JSON.stringify(claims), { alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 }),
    ],
  ])('says that %s', async (reason, token, change = {}) => {
    await expect(verify(await token(), change)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
      message: expect.stringContaining(reason) as string,
    })
  })
})

describe('a key set', () => {
  it('is copied: what is changed later changes nothing', async () => {
    const set = { keys: [{ ...publicJwk }] }
    const verifier = jwtVerifier({ ...options, jwks: set })
    set.keys = [{ ...attackerJwk, kid: 'k1' } as typeof publicJwk]
    await expect(verifier.verify({ token: await sign({}, {}, attacker.privateKey) }, signal)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
    expect(await verifier.verify({ token: await sign() }, signal)).toMatchObject({ subject: { id: 'etl-7' } })
  })
})
