import { generateKeyPairSync } from 'node:crypto'
import type { JWK, JWTPayload } from 'jose'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { approvalTokens } from '../../src/identity/approval-token.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import { policyTokens } from '../../src/identity/policy-token.js'
import type { KnownEngine, ReceivedMessage } from '../../src/identity/request-token.js'
import { requestTokens } from '../../src/identity/request-token.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import { signPolicy } from '../../src/identity/sign-policy.js'
import type { RequestMessage, RequestSignature } from '../../src/identity/sign-request.js'
import { signRequest } from '../../src/identity/sign-request.js'
import { sha256 } from '../../src/model/digest.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

const startMs = Date.parse('2026-05-04T09:00:00Z')
const audience = 'https://relay.example'
const { signal } = new AbortController()
const newPair = () => generateKeyPair('ES256', { extractable: true })
const [ordersKey, stockKey, newKey] = [await newPair(), await newPair(), await newPair()] as const
type Claims = Readonly<Record<string, unknown>>
const jwk = async (pair: typeof ordersKey, kid: string): Promise<JWK> => ({ ...(await exportJWK(pair.publicKey)), kid })
const ordersJwk = await jwk(ordersKey, 'o1')
const engines: readonly KnownEngine[] = [
  { engine: 'orders', jwks: { keys: [ordersJwk] } },
  { engine: 'stock', jwks: { keys: [await jwk(stockKey, 's1')] } },
]

const message = { audience, method: 'POST', path: '/v1/requests', body: '{"a":1}' } as const
const received: ReceivedMessage = { method: 'POST', path: '/v1/requests', body: Buffer.from('{"a":1}') }

function reader(change: Partial<Parameters<typeof requestTokens>[0]> = {}) {
  const clock = fixedClock(startMs)
  const read = requestTokens({ engines, audience, clock, toleranceS: 5, ...change })
  return { clock, read: (token: unknown, about: ReceivedMessage = received) => read(token, about, signal) }
}

const sign = (change: Partial<RequestMessage> = {}, by: Partial<RequestSignature> = {}): Promise<string> =>
  signRequest(
    { ...message, ...change },
    { engine: 'orders', key: ordersKey.privateKey, algorithm: 'ES256', keyId: 'o1', nowMs: startMs, ...by },
  )

const startS = startMs / 1000

/** A token with any claims and header, well signed. */
async function made(claims: Claims, header: object = {}): Promise<string> {
  const { payload } = decoded(await sign())
  return new SignJWT({ ...payload, ...(claims as JWTPayload) })
    .setProtectedHeader({ alg: 'ES256', typ: 'bothkeys-request+jwt', kid: 'o1', ...header })
    .sign(ordersKey.privateKey)
}

function decoded(token: string): { payload: JWTPayload } {
  return { payload: JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload }
}

const refused = (reason: string): unknown =>
  expect.objectContaining({ code: 'ERR_TOKEN_INVALID', message: expect.stringContaining(reason) as unknown })

describe('a message of an engine', () => {
  it('is of the engine whose key signed it', async () => {
    const { read } = reader()
    await expect(read(await sign())).resolves.toBe('orders')
    await expect(read(await sign({}, { engine: 'stock', key: stockKey.privateKey, keyId: 's1' }))).resolves.toBe(
      'stock',
    )
  })

  it('without a body is one with the empty one', async () => {
    const { body: _body, ...rest } = message
    const token = await signRequest(rest, {
      engine: 'orders',
      key: ordersKey.privateKey,
      algorithm: 'ES256',
      nowMs: startMs,
    })
    await expect(reader().read(token, { ...received, body: new Uint8Array() })).resolves.toBe('orders')
  })

  it('can be signed with Ed25519, by a key object or a JWK', async () => {
    const pair = generateKeyPairSync('ed25519')
    const { read } = reader({
      engines: [{ engine: 'orders', jwks: { keys: [pair.publicKey.export({ format: 'jwk' })] } }],
    })
    const plain = { engine: 'orders', algorithm: 'Ed25519', nowMs: startMs } as const
    await expect(read(await signRequest(message, { ...plain, key: pair.privateKey }))).resolves.toBe('orders')
    const key = pair.privateKey.export({ format: 'jwk' }) as JWK
    await expect(read(await signRequest(message, { ...plain, key }))).resolves.toBe('orders')
  })

  it.each([
    ['another method', { method: 'GET' }, 'its htm is not'],
    ['another path', { path: '/v1/requests/1/end' }, 'its path is not'],
    ['another query', { path: '/v1/requests?after=1' }, 'its path is not'],
    ['another body', { body: Buffer.from('{"a":2}') }, 'its bdh is not'],
    ['no body', { body: Buffer.alloc(0) }, 'its bdh is not'],
  ])('is not %s', async (_what, change, reason) => {
    await expect(reader().read(await sign(), { ...received, ...change })).rejects.toThrow(refused(reason))
  })

  it.each<readonly [string, Claims, string]>([
    ['for somebody else', { aud: 'https://other.example' }, 'its aud'],
    ['for several', { aud: [audience, 'https://other.example'] }, 'its aud'],
    ['for several with one member', { aud: [audience] }, 'its aud'],
    ['for nobody', { aud: undefined }, 'its aud'],
    ['of an engine that nobody knows', { iss: 'payroll' }, 'its iss'],
    ['of an engine in a list', { iss: ['orders'] as never }, 'its iss'],
    ['of nobody', { iss: undefined }, 'its iss'],
    ['of an engine whose key did not sign it', { iss: 'stock' }, 'key'],
    ['without an id', { jti: undefined }, 'jti'],
    ['with an empty id', { jti: '' }, 'jti'],
    ['without an end', { exp: undefined }, 'exp'],
    ['without a beginning', { iat: undefined }, 'iat'],
    ['from the future', { iat: startS + 6, exp: startS + 60 }, 'iat lies in the future'],
    ['for longer than a minute', { exp: startS + 61 }, 'it lives longer than 60 seconds'],
    ['that is over before it began', { exp: startS }, 'before it was issued'],
    ['that is over', { iat: startS - 65, exp: startS - 5 }, 'it has expired'],
    ['without a method', { htm: undefined }, 'its htm'],
    ['without a path', { path: undefined }, 'its path'],
    ['without a digest of its body', { bdh: undefined }, 'its bdh'],
    ['with a method in a list', { htm: ['POST'] }, 'its htm'],
  ])('is refused: one %s', async (_what, claims, reason) => {
    await expect(reader().read(await made(claims))).rejects.toThrow(refused(reason))
  })

  it.each([
    ['of an approval', { typ: 'bothkeys-approval+jwt' }],
    ['of a policy', { typ: 'bothkeys-policy+jwt' }],
    ['of an action', { typ: 'bothkeys-action+jwt' }],
    ['of an access token', { typ: 'at+jwt' }],
    ['of any token', { typ: 'JWT' }],
    ['that is none', { typ: undefined }],
    ['with a key that it brings', { jwk: ordersJwk }],
  ])('is refused with the header %s', async (_what, header) => {
    const token = await made({}, header)
    await expect(reader().read(token)).rejects.toThrow(refused('its '))
  })

  it('is refused with an algorithm with which whoever checks could sign', async () => {
    const [, payload = ''] = (await sign()).split('.')
    for (const alg of ['none', 'HS256', 'RS256']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'bothkeys-request+jwt' })).toString('base64url')
      await expect(reader().read(`${header}.${payload}.AAAA`)).rejects.toThrow(refused('its algorithm'))
    }
  })

  it('has one spelling', async () => {
    const { read } = reader()
    const token = await sign()
    // The last of 86 characters has four bits that mean nothing.
    const other = token.slice(0, -1) + String.fromCharCode(token.charCodeAt(token.length - 1) + 1)
    expect(Buffer.from(other.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(token.split('.')[2] ?? '', 'base64url'),
    )
    await expect(read(other)).rejects.toEqual(refused('not canonical'))
    expect(await read(token)).toBe('orders')
  })

  it.each([undefined, '', 1, 'a.b', 'x'.repeat(17_000)])('is refused: %o', async (token) => {
    await expect(reader().read(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('is taken once, and again by nobody who signed it anew', async () => {
    const { read } = reader()
    const token = await sign()
    await read(token)
    await expect(read(token)).rejects.toThrow(refused('it was used before'))
    await expect(read(await made({ jti: decoded(token).payload.jti }))).rejects.toThrow(refused('it was used before'))
    await expect(read(await sign())).resolves.toBe('orders')
  })

  it('is taken once of many that come at the same time', async () => {
    const { read } = reader()
    const token = await sign()
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => read(token)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is not used up by whoever sends it with another message', async () => {
    const { read } = reader()
    const token = await sign()
    await expect(read(token, { ...received, path: '/v1/other' })).rejects.toThrow(refused('its path'))
    await expect(read(token)).resolves.toBe('orders')
  })

  it('has an id of its own engine alone', async () => {
    const { read } = reader()
    const token = await sign()
    await read(token)
    const other = await new SignJWT({ ...decoded(token).payload, iss: 'stock' })
      .setProtectedHeader({ alg: 'ES256', typ: 'bothkeys-request+jwt', kid: 's1' })
      .sign(stockKey.privateKey)
    await expect(read(other)).resolves.toBe('stock')
  })

  it('is taken until its end and never after it was used, up to the last moment that it counts', async () => {
    const { clock, read } = reader()
    const [used, unused, late] = await Promise.all([sign(), sign(), sign()])
    await read(used)
    clock.advance(64_999)
    await expect(read(unused)).resolves.toBe('orders')
    await expect(read(used)).rejects.toThrow(refused('it was used before'))
    clock.advance(1)
    await expect(read(late)).rejects.toThrow(refused('it has expired'))
    clock.advance(600_000)
    await expect(read(used)).rejects.toThrow(refused('it has expired'))
  })

  it('is remembered for as long as one from a clock that is ahead counts', async () => {
    const { clock, read } = reader()
    const ahead = await sign({}, { nowMs: startMs + 5_000 })
    await read(ahead)
    clock.advance(69_999)
    await expect(read(ahead)).rejects.toThrow(refused('it was used before'))
  })

  it('does not count again when the clock is set back', async () => {
    const { clock, read } = reader()
    const token = await sign()
    await read(token)
    clock.advance(600_000)
    await expect(read(await sign({}, { nowMs: startMs + 600_000 }))).resolves.toBe('orders')
    clock.setWall(startMs)
    await expect(read(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('is refused when its engine sent too many, and that of another one is not', async () => {
    const { read } = reader({ capacity: 6 })
    for (let sent = 0; sent < 3; sent++) await read(await sign())
    await expect(read(await sign())).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    await expect(read(await sign({}, { engine: 'stock', key: stockKey.privateKey, keyId: 's1' }))).resolves.toBe(
      'stock',
    )
  })

  it('has room again a minute later', async () => {
    const { clock, read } = reader({ capacity: 2 })
    await read(await sign())
    await expect(read(await sign())).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    clock.advance(71_001)
    await expect(read(await sign({}, { nowMs: startMs + 71_001 }))).resolves.toBe('orders')
  })

  it('is refused with any single bit changed', async () => {
    const { read } = reader()
    const token = await sign()
    const bytes = Buffer.from(token)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      await expect(read(changed.toString('latin1'))).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    }
    await expect(read(token)).resolves.toBe('orders')
  })

  it('is of no engine any more whose key was taken back, and of the one with the new key', async () => {
    const before = reader()
    const token = await sign()
    const after = reader({ engines: [{ engine: 'orders', jwks: { keys: [await jwk(newKey, 'o2')] } }] })
    await expect(after.read(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await expect(before.read(token)).resolves.toBe('orders')
    await expect(after.read(await sign({}, { key: newKey.privateKey, keyId: 'o2' }))).resolves.toBe('orders')
  })

  it('is refused without a word of it', async () => {
    const token = await made({ jti: 's3cret', aud: 's3cret' })
    const error: unknown = await reader()
      .read(token)
      .catch((reason: unknown) => reason)
    expect(String(error)).not.toMatch(/s3cret|eyJ/u)
  })

  it('is not waited for when whoever reads it gave up', async () => {
    const read = requestTokens({ engines, audience, clock: fixedClock(startMs), toleranceS: 5 })
    await expect(read(await sign(), received, AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})

describe('engines that are known', () => {
  it.each([
    ['a private key', { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] }],
    ['a symmetric key', { keys: [{ kty: 'oct', k: 'k' }] }],
    ['no key', { keys: [] }],
  ])('are not with %s', (_what, jwks) => {
    expect(() => reader({ engines: [{ engine: 'orders', jwks }] })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })
})

describe('a signature of an engine over a message', () => {
  const clock = fixedClock(startMs)
  const about = { aud: audience, req: 'q1', adh: sha256('a'), pol: sha256('p'), view: sha256('v') }
  const own = { key: ordersKey.privateKey, keyId: 'o1', algorithm: 'ES256', nowMs: startMs } as const

  it('is no approval, and an approval is no message', async () => {
    const read = approvalTokens({ issuer: 'orders', jwks: { keys: [ordersJwk] }, clock, toleranceS: 5 })
    const person = { issuer: 'https://people.example', id: 'ann' }
    const approval = await signApproval(
      { ...about, dec: 'allow' },
      { ...own, issuer: 'orders', subject: person, level: 'signed' },
    )
    await expect(read(approval, about, signal)).resolves.toMatchObject({ decision: 'allow' })
    const claims = { ...decoded(approval).payload }
    await expect(read(await made(claims), about, signal)).rejects.toThrow(refused('its typ is not'))
    await expect(reader().read(approval)).rejects.toThrow(refused('its typ is not bothkeys-request+jwt'))
  })

  it('signs no policy, and what signs one is no message', async () => {
    const read = policyTokens({ issuer: 'orders', jwks: { keys: [ordersJwk] } }, clock)
    const statement = { aud: audience, pol: sha256('p'), ver: 7 }
    const policy = await signPolicy(statement, { ...own, issuer: 'orders' })
    await expect(read(policy, statement, signal)).resolves.toBe(7)
    await expect(read(await made(decoded(policy).payload), statement, signal)).rejects.toThrow(
      refused('its typ is not'),
    )
    await expect(reader().read(policy)).rejects.toThrow(refused('its typ is not bothkeys-request+jwt'))
  })

  it('is no access token, and one of those is no message', async () => {
    const verifier = jwtVerifier({
      issuer: 'orders',
      audience,
      jwks: { keys: [ordersJwk] },
      algorithms: ['ES256'],
      roles: '/roles',
      clock,
    } as never)
    const claims = { sub: 'a', client_id: 'a', roles: ['agent'] }
    const token = await made(claims, { typ: 'at+jwt' })
    await expect(verifier.verify({ token }, signal)).resolves.toBeDefined()
    await expect(verifier.verify({ token: await made(claims) }, signal)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
    await expect(reader().read(token)).rejects.toThrow(refused('its typ is not bothkeys-request+jwt'))
  })
})
