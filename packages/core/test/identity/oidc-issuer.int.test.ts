import { generateKeyPair, generateProof } from 'dpop'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import type { JWK } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BothKeysError } from '../../src/errors.js'
import { createGuard } from '../../src/guard.js'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Verifier } from '../../src/identity/verifier.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { signal } from './jwt-support.js'
import { OidcIssuer, audience, issuerKey } from './oidc-issuer.js'

const [oldKey, newKey] = await Promise.all([issuerKey('k1'), issuerKey('k2')])
const running: OidcIssuer[] = []
/** Of a token that is to expire: by then it has been used, on a slow machine, too. */
const shortS = 10

// The provider says at each start that it keeps everything in memory.
vi.spyOn(console, 'warn').mockReturnValue(undefined)
vi.spyOn(console, 'info').mockReturnValue(undefined)

afterEach(async () => {
  await Promise.all(running.splice(0).map((issuer) => issuer.close()))
})

async function issuing(keys: readonly JWK[], lifetimeS?: number): Promise<OidcIssuer> {
  const issuer = await OidcIssuer.start(keys, lifetimeS)
  running.push(issuer)
  return issuer
}

/** The verifier of somebody who knows no more of the issuer than its address. */
const optionsFor = (issuer: OidcIssuer): JwtVerifierOptions => ({
  issuer: issuer.url,
  audience,
  algorithms: ['ES256'],
  roles: '/realm_access/roles',
  roleMap: { 'grp-reader': 'reader' },
  agentClass: { claim: '/class', values: { 'cls-etl': 'etl' } },
  owners: '/owner',
})

async function rotating() {
  const issuer = await issuing([oldKey])
  const clock = fixedClock(Date.now())
  const verifier = jwtVerifier({ ...optionsFor(issuer), clock, clockToleranceS: 60 })
  const accepts = (token: string): Promise<boolean> =>
    verifier.verify({ token }, signal).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
        return false
      },
    )
  return { accepts, clock, issuer }
}

describe('a token of an OpenID provider', () => {
  it('becomes the agent that it says, with the roles that the table knows', async () => {
    const issuer = await issuing([oldKey])
    const token = await issuer.token('etl-agent')
    issuer.asked.length = 0
    const verifier = jwtVerifier(optionsFor(issuer))
    const made = await Promise.all(Array.from({ length: 20 }, () => verifier.verify({ token }, signal)))
    expect(made[0]).toMatchObject({
      kind: 'agent',
      subject: { issuer: issuer.url, id: 'etl-agent' },
      roles: ['reader'],
      agentClass: { known: ['etl'] },
      owners: { known: [`${issuer.url}#ada`] },
    })
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  it('is refused when it is bound to a key, where no proof is checked', async () => {
    const issuer = await issuing([oldKey])
    const token = await issuer.token('bound-agent', await generateKeyPair('ES256'))
    await expect(jwtVerifier(optionsFor(issuer)).verify({ token }, signal)).rejects.toThrow('it is bound to a key')
  })

  it('is refused for another audience, and when another provider signed it', async () => {
    const issuer = await issuing([oldKey])
    const other = await issuing([newKey])
    const token = await issuer.token('etl-agent')
    const elsewhere = jwtVerifier({ ...optionsFor(issuer), audience: 'urn:other' })
    await expect(elsewhere.verify({ token }, signal)).rejects.toThrow('its aud is missing or wrong')
    await expect(jwtVerifier(optionsFor(other)).verify({ token }, signal)).rejects.toThrow('no key of the issuer fits')
  })
})

describe('a provider that changes its keys', () => {
  it('is followed after ten seconds; tokens of a removed key are refused after five minutes', async () => {
    const { accepts, clock, issuer } = await rotating()
    const oldToken = await issuer.token('etl-agent')
    expect(await accepts(oldToken)).toBe(true)
    issuer.serve([newKey, oldKey])
    const newToken = await issuer.token('etl-agent')
    expect(await accepts(newToken)).toBe(false)
    clock.advance(10_000)
    expect(await accepts(newToken)).toBe(true)
    expect(await accepts(oldToken)).toBe(true)
    issuer.serve([newKey])
    clock.advance(300_000)
    expect(await accepts(oldToken)).toBe(false)
    expect(await accepts(newToken)).toBe(true)
  })
})

describe('a provider that is down', () => {
  it('is not missed for five minutes, then refuses everybody, and is asked once in five seconds', async () => {
    const { accepts, clock, issuer } = await rotating()
    const token = await issuer.token('etl-agent')
    expect(await accepts(token)).toBe(true)
    issuer.goDown()
    clock.advance(299_999)
    expect(await accepts(token)).toBe(true)
    clock.advance(1)
    issuer.asked.length = 0
    for (let index = 0; index < 10; index++) expect(await accepts(token)).toBe(false)
    expect(issuer.asked).toEqual(['/jwks'])
    issuer.serve([oldKey])
    clock.advance(5_000)
    expect(await accepts(token)).toBe(true)
  })

  it('before the first token lets nobody in, and everybody when it is back', async () => {
    const { accepts, clock, issuer } = await rotating()
    const token = await issuer.token('etl-agent')
    issuer.goDown()
    expect(await accepts(token)).toBe(false)
    issuer.serve([oldKey])
    clock.advance(5_000)
    expect(await accepts(token)).toBe(true)
  })
})

/** A guard whose journal can be looked at. */
async function guarded(identity: Verifier) {
  const journal = memoryJournal()
  const policy = {
    version: 1,
    targets: { db: { kind: 'fake' } },
    roles: { reader: [{ target: 'db', duty: 'read' }] },
  }
  const guard = await createGuard({
    engine: 'orders',
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity,
    targets: [{ name: 'db', kind: 'fake', close: () => Promise.resolve() }],
    journal,
  })
  return { guard, journal }
}

describe('a session that a bound token opened', () => {
  it('needs the key, a nonce of the engine and a proof of its own, and ends when the token expires', async () => {
    const issuer = await issuing([oldKey], shortS)
    const keys = await generateKeyPair('ES256')
    const token = await issuer.token('bound-agent', keys)
    const { guard, journal } = await guarded(
      jwtVerifier({ ...optionsFor(issuer), dpop: { engine: 'orders', nonce: true } }),
    )
    const url = 'bothkeys://orders/session'
    const proofOf = (nonce?: string, by = keys): Promise<string> => generateProof(by, url, 'POST', nonce, token)
    const refusal = (proof?: string): Promise<BothKeysError> =>
      guard.openSession(proof === undefined ? { token } : { token, proof }).then(
        () => Promise.reject(new Error('opened')),
        (error: BothKeysError) => error,
      )
    expect((await refusal()).code).toBe('ERR_PROOF_INVALID')
    expect((await refusal(await proofOf(undefined, await generateKeyPair('ES256')))).code).toBe('ERR_PROOF_INVALID')
    const { code, nonce } = await refusal(await proofOf())
    expect(code).toBe('ERR_PROOF_NONCE')
    const proof = await proofOf(nonce)
    const session = await guard.openSession({ token, proof })
    expect(session.principal.key).toEqual({
      known: [await calculateJwkThumbprint(await exportJWK(keys.publicKey))],
    })
    expect((await refusal(proof)).code).toBe('ERR_PROOF_INVALID')
    await vi.waitFor(() => {
      expect(journal.events.at(-1)).toMatchObject({ type: 'session.close', reason: 'expired' })
    })
    expect((await refusal(await proofOf(nonce))).code).toBe('ERR_TOKEN_INVALID')
    await guard.close()
  })
})

describe('a session that a token opened', () => {
  it('ends when the token expires, and the token opens no other', async () => {
    const issuer = await issuing([oldKey], shortS)
    const token = await issuer.token('etl-agent')
    const { guard, journal } = await guarded(jwtVerifier(optionsFor(issuer)))
    const session = await guard.openSession({ token })
    expect(session.closed).toBe(false)
    await vi.waitFor(() => {
      expect(session.closed).toBe(true)
    })
    expect(Date.now()).toBeGreaterThanOrEqual(session.principal.expiresAt.getTime() - 50)
    await vi.waitFor(() => {
      expect(journal.events.at(-1)).toMatchObject({ type: 'session.close', reason: 'expired' })
    })
    await expect(guard.openSession({ token })).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await guard.close()
  })
})
