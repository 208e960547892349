import { generateKeyPairSync } from 'node:crypto'
import type { Guard, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, jwtVerifier, memoryJournal, verifierByIssuer } from '@bothkeys/core'
import { sessionAccess } from '@bothkeys/core/adapter'
import { afterEach, describe, expect, it } from 'vitest'
import type { SamlRequests, SamlVerifierOptions } from '../src/index.js'
import { samlRequests, samlVerifier, seenAssertions } from '../src/index.js'
import type { Parts } from './test-idp.js'
import { attribute, audience, authnOf, callbackUrl, encoded, idp, iso, keys, partsAt, signedXml } from './test-idp.js'

const entryPoint = 'https://idp.example.com/sso'
const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: { dba: [{ target: 'db', duty: ['read', 'write'] }] },
}
const jwks = {
  keys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })],
}
const jwt = jwtVerifier({
  issuer: 'https://agents.example.com',
  audience: 'bothkeys',
  algorithms: ['ES256'],
  jwks,
  roles: '/roles',
})

/** A guard whose people log in by SAML and whose agents have tokens, and a clock that can be set. */
class SamlGuard {
  readonly requests: SamlRequests
  readonly journal = memoryJournal()
  aheadMs = 0
  #guard: Guard | undefined

  constructor() {
    this.requests = samlRequests({ entryPoint, audience, callbackUrl, clock: this.clock })
  }

  readonly clock = {
    wallMs: (): number => Date.now() + this.aheadMs,
    monotonicMs: (): number => performance.now() + this.aheadMs,
  }

  async open(options: Partial<SamlVerifierOptions> = {}): Promise<Guard> {
    const { clock, journal, requests } = this
    const known = { issuer: idp, certificates: keys.publicKey, audience, callbackUrl, requests, clock }
    const saml = samlVerifier({
      ...known,
      seen: seenAssertions({ clock }),
      kind: 'human',
      roles: 'groups',
      roleMap: { 'g-dba': 'dba' },
      ...options,
    })
    const identity = verifierByIssuer([jwt, saml])
    const source = { load: () => Promise.resolve({ name: 'test', content: policy }) }
    this.#guard = await createGuard({
      directory: accountsAsPeople,
      journal,
      targets: [target],
      policy: source,
      identity,
      clock,
    })
    return this.#guard
  }

  async response(parts: Partial<Parts> = {}): Promise<string> {
    const { id } = await this.requests.begin()
    return encoded(signedXml({ ...partsAt(this.clock.wallMs(), id), ...parts }))
  }

  close(): Promise<void> | undefined {
    return this.#guard?.close()
  }
}

let on = new SamlGuard()
afterEach(async () => {
  await on.close()
  on = new SamlGuard()
})

/** What becomes of an action: it is permitted, or the code of its refusal. */
async function acts(session: Session): Promise<string> {
  const admission = await sessionAccess(session, target).admit({
    identity: { host: 'db.example' },
    description: {
      operation: 'query',
      text: 'update t set a = 1',
      recordedText: 'recorded',
      effects: [{ duty: 'write', resource: 'table:public.t', attributes: {} }],
    },
    parameters: [],
    stateEpoch: '1',
    inTransaction: false,
    signal: new AbortController().signal,
  })
  return admission.outcome === 'refused' ? admission.refusal.code : admission.outcome
}

const refusedAs = (reason: RegExp) => ({ code: 'ERR_TOKEN_INVALID', message: expect.stringMatching(reason) })

describe('a session that somebody opens by SAML, beside agents with tokens', () => {
  it('acts as the person of the assertion, who is in the record', async () => {
    const guard = await on.open()
    const session = await guard.openSession({ token: await on.response() })
    expect(await acts(session)).toBe('permitted')
    const [opened] = on.journal.events.filter(({ type }) => type === 'session.open')
    expect(JSON.stringify(opened)).toContain(JSON.stringify({ id: 'ann', issuer: idp }))
  })

  it('is opened by a response once, of twenty at a time and later', async () => {
    const guard = await on.open()
    const token = await on.response()
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => guard.openSession({ token })))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(guard.openSession({ token })).rejects.toMatchObject(refusedAs(/no request of ours/u))
    on.aheadMs += 3_600_000
    await expect(guard.openSession({ token })).rejects.toMatchObject(refusedAs(/expired/u))
  })

  it('is opened by an answer alone, while it is good', async () => {
    const guard = await on.open()
    const unasked = encoded(signedXml(partsAt(on.clock.wallMs(), undefined)))
    await expect(guard.openSession({ token: unasked })).rejects.toMatchObject(refusedAs(/no request of ours/u))
    const late = await on.response()
    on.aheadMs += 306_000
    await expect(guard.openSession({ token: late })).rejects.toMatchObject(refusedAs(/expired/u))
  })

  it('ends when the identity provider says, and at the latest after its longest life', async () => {
    const guard = await on.open({ maxSessionS: 900 })
    const [nowMs, authn] = [on.clock.wallMs(), 'AuthnInstant']
    const until = authnOf(`${authn}="${iso(nowMs)}" SessionNotOnOrAfter="${iso(nowMs + 120_000)}"`)
    const short = await guard.openSession({ token: await on.response({ authn: until }) })
    const long = await guard.openSession({ token: await on.response() })
    expect([await acts(short), await acts(long)]).toEqual(['permitted', 'permitted'])
    on.aheadMs += 125_000
    expect([await acts(short), await acts(long)]).toEqual(['ERR_SESSION_CLOSED', 'permitted'])
    on.aheadMs += 900_000
    expect(await acts(long)).toBe('ERR_SESSION_CLOSED')
  })

  it('may do nothing with roles that are not listed', async () => {
    const guard = await on.open()
    for (const values of [[], ['g-unheard'], ['dba'], ['G-DBA'], ['__proto__'], ['constructor']]) {
      const attributes = `<saml:AttributeStatement>${attribute('groups', ...values)}</saml:AttributeStatement>`
      const session = await guard.openSession({ token: await on.response({ attributes }) })
      expect([session.principal.roles, await acts(session)]).toEqual([[], 'ERR_DENIED'])
    }
  })

  it.each([
    [
      'a response of another issuer',
      (xml: string) => xml.replaceAll(idp, 'https://other.example/saml'),
      /no verifier/u,
    ],
    [
      'a response that names the issuer of the tokens',
      (xml: string) => xml.replaceAll(idp, 'https://agents.example.com'),
      /no verifier/u,
    ],
    [
      'a response without an issuer',
      (xml: string) => xml.replace(/<saml:Issuer>[^<]*<\/saml:Issuer>/u, ''),
      /no form/u,
    ],
    [
      'a response of two issuers',
      (xml: string) => xml.replace(/<saml:Issuer>/u, '<saml:Issuer>x</saml:Issuer><saml:Issuer>'),
      /no form/u,
    ],
    ['an assertion alone', (xml: string) => /<saml:Assertion.*<\/saml:Assertion>/u.exec(xml)?.[0] ?? '', /no form/u],
    ['a document with a document type', (xml: string) => `<!DOCTYPE a>${xml}`, /no form/u],
    ['a document with a comment', (xml: string) => `<!-- -->${xml}`, /no form/u],
  ])('is not opened by %s, which nobody is asked about', async (_what, change, reason) => {
    let uses = 0
    const guard = await on.open({ seen: { use: () => ((uses += 1), true) } })
    const xml = Buffer.from(await on.response(), 'base64').toString()
    await expect(guard.openSession({ token: encoded(change(xml)) })).rejects.toMatchObject(refusedAs(reason))
    expect(uses).toBe(0)
  })

  it('is not opened by a token of dots that says it is of the SAML issuer', async () => {
    const guard = await on.open()
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'none' })}.${part({ iss: idp, sub: 'ann' })}.AAAA`
    await expect(guard.openSession({ token })).rejects.toMatchObject(refusedAs(/no verifier is of the issuer/u))
    const saml = samlVerifier({
      issuer: idp,
      certificates: keys.publicKey,
      audience,
      callbackUrl,
      requests: on.requests,
      seen: seenAssertions(),
      kind: 'human',
      roles: 'groups',
      roleMap: { 'g-dba': 'dba' },
    })
    const same = jwtVerifier({ issuer: idp, audience, algorithms: ['ES256'], jwks, roles: '/roles' })
    expect(() => verifierByIssuer([saml, same])).toThrow(/same issuer/u)
  })
})
