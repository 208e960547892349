import { describe, expect, it } from 'vitest'
import { isPrincipal } from '../../src/identity/make-principal.js'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Credential } from '../../src/identity/verifier.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import {
  attacker,
  attackerJwk,
  audience,
  issuer,
  nowS,
  options,
  publicJwk,
  sign,
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

  it('does not come back once it has expired, whatever becomes of the clock', async () => {
    const clock = fixedClock(nowS * 1000)
    const verifier = jwtVerifier({ ...options, clock })
    const token = await sign()
    await expect(verifier.verify({ token }, signal)).resolves.toBeDefined()
    clock.advance(3_600_000)
    await expect(verifier.verify({ token }, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    clock.setWall(nowS * 1000)
    await expect(verifier.verify({ token }, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('may name several audiences and have been issued a moment ahead of our clock', async () => {
    await expect(verify(await sign({ aud: ['other', audience], iat: nowS + 5 }))).resolves.toBeDefined()
  })

  it('has no roles when it names none', async () => {
    expect((await verify(await sign({ realm_access: undefined }))).roles).toEqual([])
  })

  it('may spell its typ as a whole media type, in any case', async () => {
    for (const typ of ['application/at+jwt', 'AT+JWT']) {
      await expect(verify(await sign({}, { typ }))).resolves.toBeDefined()
    }
  })

  it('may live for an hour, and for as long as the verifier is told', async () => {
    await expect(verify(await sign({ exp: nowS + 3_600 }))).resolves.toBeDefined()
    await expect(verify(await sign({ exp: nowS + 86_400 }), { maxLifetimeS: 86_400 })).resolves.toBeDefined()
    await expect(verify(await sign({ exp: nowS + 61 }), { maxLifetimeS: 60 })).rejects.toThrow('longer than 60 seconds')
  })
})

describe('typ: JWT', () => {
  it('takes JWT or no typ, and asks neither for client_id nor for jti', async () => {
    for (const typ of ['JWT', 'jwt', undefined]) {
      const token = await sign({ client_id: undefined, jti: undefined }, { typ })
      expect((await verify(token, { typ: 'JWT' })).subject.id).toBe('etl-7')
    }
  })

  it('lets an agent be another than the client unless it is told otherwise', async () => {
    const token = await sign({ client_id: undefined, azp: 'portal' }, { typ: 'JWT' })
    await expect(verify(token, { typ: 'JWT' })).resolves.toBeDefined()
    await expect(verify(token, { typ: 'JWT', subjectIsClient: true })).rejects.toThrow('its sub is not its client_id')
  })
})

describe('the client', () => {
  it('may differ from the agent when the issuer names agents otherwise', async () => {
    const token = await sign({ client_id: 'portal' })
    await expect(verify(token, { subjectIsClient: false })).resolves.toMatchObject({ subject: { id: 'etl-7' } })
  })

  it('is never a person, and a person may come with an ID token', async () => {
    const token = await sign({ sub: 'ann', client_id: 'portal', at_hash: 'x' })
    await expect(verify(token, { kind: 'human' })).resolves.toMatchObject({ kind: 'human', subject: { id: 'ann' } })
  })
})

describe('a token without a claim that it needs', () => {
  it.each(['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'])(
    'is refused, and the refusal names the claim: %s',
    async (claim) => {
      await expect(verify(await sign({ [claim]: undefined }))).rejects.toMatchObject({
        code: 'ERR_TOKEN_INVALID',
        message: expect.stringContaining(`its ${claim} is missing or wrong`) as string,
      })
    },
  )
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
  ['a lifetime of more than a day', { maxLifetimeS: 86_401 }],
  ['a subjectIsClient that is a word', { subjectIsClient: 'no' }],
  ['spaceDelimitedRoles that is a word', { spaceDelimitedRoles: 'no' }],
  ['no roles', { roles: undefined }],
  ['an empty list of roles', { roles: [] }],
  ['a list of roles that are no pointers', { roles: ['/a', 'b'] }],
  ['a typ that is no profile', { typ: 'dpop+jwt' }],
  ['a typ that every object has', { typ: 'constructor' }],
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
