import * as DPoP from 'dpop'
import { describe, expect, it } from 'vitest'
import { createGuard } from '../../src/guard.js'
import type { GuardOptions, Verifier } from '../../src/index.js'
import {
  accountsAsPeople,
  jwtVerifier,
  memoryJournal,
  sessionUrl,
  spiffeIdentity,
  unverifiedCredential,
  unverifiedIdentity,
  verifierByIssuer,
} from '../../src/index.js'
import type { CredentialForm } from '../../src/verifier.js'
import { claimsVerifier } from '../../src/verifier.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { fc } from '../properties.js'
import { issuerOf, nowS } from './issuer-with-key.js'

const { signal } = new AbortController()

const one = issuerOf('https://one.example')
const two = issuerOf('https://two.example')

/** A verifier that says whenever it is asked. */
function watched(verifier: Verifier, asked: string[]): Verifier {
  return {
    ...verifier,
    verify: (credential, until) => {
      asked.push(verifier.accepts?.issuer ?? '')
      return verifier.verify(credential, until)
    },
  }
}

/** Credentials that say who issued them after a mark. */
const badge = (mark: string, name = mark): CredentialForm => ({
  name,
  issuerOf: (token) => (token.startsWith(mark) ? token.slice(mark.length) : undefined),
})
const badgeVerifier = (form: CredentialForm, issuer: string, id = 'ann') =>
  claimsVerifier({ of: 'badgeVerifier', verifiedBy: 'badge', issuer, kind: 'human', roles: '/roles', form }, () =>
    Promise.resolve({ id, claims: { roles: ['dba'] }, expiresAtMs: Date.now() + 60_000 }),
  )

async function expectRefused(
  verifier: Verifier,
  credential: Parameters<Verifier['verify']>[0],
  reason: RegExp,
): Promise<void> {
  const error: unknown = await verifier.verify(credential, signal).then(
    ({ subject }) => `accepted as ${subject.id}`,
    (refusal: unknown) => refusal,
  )
  expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID', message: expect.stringMatching(reason) })
  expect((error as Error).cause).toBeUndefined()
}

/** The same, of credentials that call their issuer something else. */
const called = (verifier: Verifier, issuer: string): Verifier => ({
  ...verifier,
  accepts: { ...verifier.accepts!, issuer },
})

describe('a verifier of several issuers', () => {
  it('gives each credential to the verifier of its issuer, and to no other, in whatever order they are listed', async () => {
    const asked: string[] = []
    const form = badge('badge:')
    const all = [one.verifier, two.verifier, badgeVerifier(form, 'https://badges.example')]
    for (const list of [all, all.toReversed()]) {
      const verifier = verifierByIssuer(list.map((each) => watched(each, asked)))
      expect((await verifier.verify({ token: one.kit.sign() }, signal)).subject).toEqual({
        issuer: one.issuer,
        id: 'etl',
      })
      expect((await verifier.verify({ token: two.kit.sign() }, signal)).subject.issuer).toBe(two.issuer)
      const badged = await verifier.verify({ token: 'badge:https://badges.example' }, signal)
      expect(badged).toMatchObject({ subject: { issuer: 'https://badges.example', id: 'ann' }, verifiedBy: 'badge' })
    }
    expect(asked).toEqual([
      one.issuer,
      two.issuer,
      'https://badges.example',
      one.issuer,
      two.issuer,
      'https://badges.example',
    ])
  })

  it('asks nobody else about what one refuses', async () => {
    const asked: string[] = []
    const verifier = verifierByIssuer([one.verifier, two.verifier].map((each) => watched(each, asked)))
    // Of the second issuer, whose name the first one's stands in, and the other way round.
    await expectRefused(verifier, { token: two.kit.sign({ iss: one.issuer }) }, /signature/u)
    await expectRefused(verifier, { token: one.kit.sign({ iss: two.issuer }) }, /signature/u)
    await expectRefused(verifier, { token: one.kit.sign({ exp: nowS - 100 }) }, /expired/u)
    expect(asked).toEqual([one.issuer, two.issuer, one.issuer])
  })

  it.each([
    ['of an unknown issuer', one.kit.sign({ iss: 'https://three.example' }), /no verifier is of the issuer/u],
    ['of one that is called almost so', one.kit.sign({ iss: `${one.issuer}/` }), /no verifier is of the issuer/u],
    ['of an issuer in capitals', one.kit.sign({ iss: 'HTTPS://ONE.EXAMPLE' }), /no verifier is of the issuer/u],
    ['of an issuer that objects have', one.kit.sign({ iss: '__proto__' }), /no verifier is of the issuer/u],
    ['of no issuer', one.kit.sign({ iss: undefined }), /of no form/u],
    ['of a list of issuers', one.kit.sign({ iss: [one.issuer] }), /of no form/u],
    ['of two issuers', one.kit.signText(one.kit.claimsWith(`"iss":"${two.issuer}"`)), /of no form/u],
    ['that is no JWT', 'x', /of no form/u],
    ['that is nearly one', `${one.kit.sign()}=`, /of no form/u],
    ['that is nearly one, by a blank', ` ${one.kit.sign()}`, /of no form/u],
    ['that is too long', `${one.kit.sign()}${'A'.repeat(16 * 1024)}`, /of no form/u],
    ['that is empty', '', /there is none/u],
  ])('asks nobody about a credential %s', async (_what, token, reason) => {
    const asked: string[] = []
    const verifier = verifierByIssuer([one.verifier, two.verifier].map((each) => watched(each, asked)))
    await expectRefused(verifier, { token }, reason)
    expect(asked).toEqual([])
  })

  it('asks nobody about a credential that has more than one form', async () => {
    const asked: string[] = []
    const list = [badgeVerifier(badge('b'), 'adge'), badgeVerifier(badge('ba'), 'dge')]
    await expectRefused(
      verifierByIssuer(list.map((each) => watched(each, asked))),
      { token: 'badge' },
      /more than one/u,
    )
    expect(asked).toEqual([])
  })

  it('asks nobody about a credential that has no token of its own', async () => {
    const asked: string[] = []
    const verifier = verifierByIssuer([watched(one.verifier, asked)])
    const claims = { kind: 'human', subject: 'ann', roles: ['dba'] } as const
    await expectRefused(verifier, { [unverifiedCredential]: claims }, /there is none/u)
    await expectRefused(verifier, Object.create({ token: one.kit.sign() }) as { token: string }, /there is none/u)
    expect(asked).toEqual([])
  })

  it('chooses by what is verified, also when the credential answers differently each time', async () => {
    const asked: string[] = []
    const tokens = [one.kit.sign(), two.kit.sign()]
    const credential = Object.defineProperty({}, 'token', { get: () => tokens.shift() }) as { readonly token: string }
    const verifier = verifierByIssuer([one.verifier, two.verifier].map((each) => watched(each, asked)))
    expect((await verifier.verify(credential, signal)).subject.issuer).toBe(one.issuer)
    expect([asked, tokens.length]).toEqual([[one.issuer], 1])
  })

  it('believes no verifier about the subjects of another', async () => {
    const liar: Verifier = { ...one.verifier, verify: () => two.verifier.verify({ token: two.kit.sign() }, signal) }
    await expectRefused(verifierByIssuer([liar, two.verifier]), { token: one.kit.sign() }, /speaks for another issuer/u)
  })

  it('says nothing of what a form or a verifier throws, and waits for none longer than the signal', async () => {
    const thrown = new Error('secret')
    const form: CredentialForm = {
      name: 'x',
      issuerOf: () => {
        throw thrown
      },
    }
    const failing: Verifier = { accepts: one.verifier.accepts!, verify: () => Promise.reject(thrown) }
    const token = one.kit.sign()
    for (const list of [[badgeVerifier(form, 'x'), one.verifier], [failing]])
      await expectRefused(verifierByIssuer(list), { token }, /could not be checked/u)
    const abort = new AbortController()
    const hanging: Verifier = { accepts: one.verifier.accepts!, verify: () => new Promise(() => abort.abort()) }
    await expect(verifierByIssuer([hanging]).verify({ token }, abort.signal)).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
  })

  it('takes JWT-SVIDs by their trust domain, or by the issuer that they must name', async () => {
    const domain = 'spiffe://prod.example.org'
    const id = `${domain}/nightly`
    const svid = issuerOf('https://spire.example', { sub: id, iss: undefined }, { typ: 'JWT' })
    const options = {
      trustDomain: 'prod.example.org',
      audience: 'bothkeys',
      jwks: { keys: svid.jwks.keys.map((key) => ({ ...key, use: 'jwt-svid' })) },
      workloads: { [id]: { roles: ['ingest'], agentClass: 'nightly' } },
      clock: fixedClock(nowS * 1000),
    }
    const unnamed = verifierByIssuer([one.verifier, spiffeIdentity(options)])
    expect((await unnamed.verify({ token: svid.kit.sign() }, signal)).subject).toEqual({ issuer: domain, id })
    await expectRefused(unnamed, { token: svid.kit.sign({ iss: svid.issuer }) }, /no verifier is of the issuer/u)
    const other = svid.kit.sign({ sub: 'spiffe://other.example.org/nightly' })
    await expectRefused(unnamed, { token: other }, /no verifier is of the issuer/u)
    const named = verifierByIssuer([one.verifier, spiffeIdentity({ ...options, issuer: svid.issuer })])
    expect((await named.verify({ token: svid.kit.sign({ iss: svid.issuer }) }, signal)).subject.issuer).toBe(domain)
    await expectRefused(named, { token: svid.kit.sign() }, /no verifier is of the issuer/u)
    // Two verifiers whose subjects could not be told apart.
    const twice = [spiffeIdentity(options), spiffeIdentity({ ...options, issuer: svid.issuer })]
    expect(() => verifierByIssuer(twice)).toThrow(/same issuer/u)
  })

  it('hands the proof to the verifier that is chosen, for the one engine that they have', async () => {
    const bound = jwtVerifier({ ...one.options, clock: undefined as never, dpop: { engine: 'orders' } })
    expect(() => verifierByIssuer([bound, jwtVerifier({ ...two.options, dpop: { engine: 'stock' } })])).toThrow(
      /several engines/u,
    )
    const verifier = verifierByIssuer([bound, two.verifier])
    expect(verifier.engine).toBe('orders')
    expect(verifierByIssuer([two.verifier])).not.toHaveProperty('engine')
    const keys = await DPoP.generateKeyPair('ES256')
    const jkt = await DPoP.calculateThumbprint(keys.publicKey)
    const iat = Math.floor(Date.now() / 1000)
    const token = one.kit.sign({ iat, exp: iat + 600, cnf: { jkt } })
    const proof = await DPoP.generateProof(keys, sessionUrl('orders'), 'POST', undefined, token)
    const guardOptions: Omit<GuardOptions, 'engine'> = {
      directory: accountsAsPeople,
      journal: memoryJournal(),
      targets: [{ name: 'db', kind: 'fake', close: () => Promise.resolve() }],
      policy: {
        load: () =>
          Promise.resolve({
            name: 'test',
            content: {
              version: 1,
              targets: { db: { kind: 'fake' } },
              roles: { ingest: [{ target: 'db', duty: ['read'] }] },
            },
          }),
      },
      identity: verifier,
    }
    await expect(createGuard({ ...guardOptions, engine: 'stock' })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
    const guard = await createGuard({ ...guardOptions, engine: 'orders' })
    await expect(guard.openSession({ token })).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
    const session = await guard.openSession({ token, proof })
    expect(session.principal).toMatchObject({ subject: { issuer: one.issuer }, level: 'signed' })
    await expect(guard.openSession({ token, proof })).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
    await guard.close()
  })

  it.each([
    ['none', [], /list of verifiers/u],
    ['no list', { 0: one.verifier }, /list of verifiers/u],
    ['what is no verifier', [one.verifier, {}], /list of verifiers/u],
    ['nothing', [undefined], /list of verifiers/u],
    ['two of the same issuer', [one.verifier, jwtVerifier({ ...one.options, audience: 'other' })], /same issuer/u],
    ['one twice', [one.verifier, one.verifier], /same issuer/u],
    ['two of the same name', [one.verifier, called(two.verifier, one.issuer)], /same issuer/u],
    ['two of the same issuer by form', [one.verifier, badgeVerifier(badge('b'), one.issuer)], /same issuer/u],
    ['one for tests', [one.verifier, unverifiedIdentity()], /say which credentials/u],
    ['a list of several', [one.verifier, verifierByIssuer([two.verifier])], /say which credentials/u],
    ['one without an issuer', [{ ...one.verifier, accepts: { ...one.verifier.accepts, issuer: '' } }], /say which/u],
    ['one without a form', [{ ...one.verifier, accepts: { issuer: 'x' } }], /say which credentials/u],
  ])('is not made of %s', (_what, list, reason) => {
    expect(() => verifierByIssuer(list as readonly Verifier[])).toThrow(reason)
  })

  it('asks nobody about whatever else it is given', async () => {
    const asked: string[] = []
    const verifier = verifierByIssuer([watched(one.verifier, asked), watched(two.verifier, asked)])
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.jsonValue()), async (token) => {
        await expect(verifier.verify({ token: token as string }, signal)).rejects.toMatchObject({
          code: 'ERR_TOKEN_INVALID',
        })
      }),
      { numRuns: 100 },
    )
    expect(asked).toEqual([])
  })
})
