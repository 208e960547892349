import * as DPoP from 'dpop'
import type { Principal } from '@bothkeys/core'
import { sessionUrl } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import type { AuthnRequest, SamlRequests, SamlVerifierOptions } from '../src/index.js'
import { samlRequests, samlVerifier, seenAssertions } from '../src/index.js'
import { clockAt, signal } from './support.js'
import type { Parts } from './test-idp.js'
import {
  attribute,
  audience,
  authnOf,
  callbackUrl,
  confirmationData,
  confirmationOf,
  encoded,
  idp,
  iso,
  keys,
  nowMs,
  partsAt,
  request,
  signedXml,
} from './test-idp.js'

const verifierOptions = (): SamlVerifierOptions => ({
  issuer: idp,
  certificates: keys.publicKey,
  audience,
  callbackUrl,
  seen: seenAssertions(),
  requests: { take: (id) => id === request },
  kind: 'human',
  roles: 'groups',
  roleMap: { 'g-dba': 'dba', 'g-ops': 'ops' },
  clock: clockAt(nowMs),
})

const opened = async (parts: Partial<Parts> = {}, options: Partial<SamlVerifierOptions> = {}): Promise<Principal> =>
  samlVerifier({ ...verifierOptions(), ...options }).verify({ token: encoded(signedXml(parts)) }, signal)
const statement = (content: string): Partial<Parts> => ({
  attributes: `<saml:AttributeStatement>${content}</saml:AttributeStatement>`,
})

describe('a session that a SAML response opens', () => {
  it('is of the person, with the listed roles, by channel', async () => {
    expect(await opened()).toMatchObject({
      kind: 'human',
      subject: { issuer: idp, id: 'ann' },
      roles: ['dba'],
      verifiedBy: 'saml',
      level: 'channel',
      key: 'none',
      agentClass: 'none',
      expiresAt: new Date(nowMs + 3_600_000),
    })
  })

  it('ends with the session at the identity provider, and at the latest when it is said to', async () => {
    const until = (ms: number) => ({ authn: authnOf(`AuthnInstant="${iso(nowMs)}" SessionNotOnOrAfter="${iso(ms)}"`) })
    expect((await opened(until(nowMs + 1000))).expiresAt).toEqual(new Date(nowMs + 1000))
    expect((await opened(until(nowMs + 90_000_000))).expiresAt).toEqual(new Date(nowMs + 3_600_000))
    expect((await opened({}, { maxSessionS: 60 })).expiresAt).toEqual(new Date(nowMs + 60_000))
  })

  it('is opened by a login of the kinds that are listed alone, and nothing else is used up', async () => {
    const taken: string[] = []
    const requests = { take: (id: string) => taken.push(id) > 0 }
    const by = (context: string) => ({ authn: authnOf(`AuthnInstant="${iso(nowMs)}"`, context) })
    const requestedContexts = ['urn:example:card', 'urn:example:fido']
    await expect(opened(by('urn:example:password'), { requests, requestedContexts })).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
      message: expect.stringMatching(/another way than was asked for/u),
    })
    expect(taken).toEqual([])
    expect((await opened(by('urn:example:fido'), { requests, requestedContexts })).subject.id).toBe('ann')
    expect(() => samlVerifier({ ...verifierOptions(), requestedContexts: [''] })).toThrow(/requestedContexts/u)
  })

  it('takes roles of several attributes, whatever they are called', async () => {
    const uri = 'https://x.example/a~b/roles'
    const parts = statement(attribute(uri, 'g-ops') + attribute('groups', 'g-dba') + attribute('__proto__', 'g-dba'))
    expect((await opened(parts, { roles: [uri, 'groups'] })).roles).toEqual(['ops', 'dba'])
    expect((await opened(parts, { roles: '__proto__' })).roles).toEqual(['dba'])
    expect((await opened(parts, { roles: 'constructor' })).roles).toEqual([])
    expect((await opened(statement(''))).roles).toEqual([])
  })

  it.each([
    [
      'more roles than are looked at',
      statement(attribute('groups', ...Array.from({ length: 257 }, () => 'g-dba'))),
      {},
      /more than 256 roles/u,
    ],
    ['roles that hold more than text', statement(attribute('groups', '<b/>')), {}, /holds more than text/u],
    [
      'groups that stand elsewhere',
      statement(attribute('http://schemas.microsoft.com/claims/groups.link', 'x')),
      { roles: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups' },
      /not in the response/u,
    ],
    [
      'groups that stand elsewhere, in a form that is not read',
      statement(attribute('http://schemas.microsoft.com/claims/groups.link', '<b/>')),
      { roles: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups' },
      /not in the response/u,
    ],
    [
      'a transient name',
      { nameId: '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">ann</saml:NameID>' },
      {},
      /transient/u,
    ],
    ['no attribute for the subject', statement(''), { subject: 'uid' }, /names the subject is missing/u],
    [
      'two values for the subject',
      statement(attribute('uid', 'ann', 'mallory')),
      { subject: 'uid' },
      /several values/u,
    ],
    [
      'a subject that holds more than text',
      statement(attribute('uid', '<b>ann</b>')),
      { subject: 'uid' },
      /holds more than text/u,
    ],
    [
      'a subject with a bidirectional character',
      statement(attribute('uid', 'ann&#x202e;')),
      { subject: 'uid' },
      /control or invisible/u,
    ],
    [
      'an agent of an unknown class',
      statement(attribute('class', 'other')),
      { kind: 'agent', agentClass: { attribute: 'class', values: { etl: 'etl' } } },
      /class claim is missing or not in the table/u,
    ],
    [
      'an agent of two classes',
      statement(attribute('class', 'etl', 'etl')),
      { kind: 'agent', agentClass: { attribute: 'class', values: { etl: 'etl' } } },
      /several values/u,
    ],
    [
      'a kind that is not in the table',
      statement(attribute('kind', 'root')),
      { kind: { attribute: 'kind', values: { staff: 'human' } } },
      /kind claim is missing or not in the table/u,
    ],
    [
      'a name that objects have as a kind',
      statement(attribute('kind', 'constructor')),
      { kind: { attribute: 'kind', values: { staff: 'human' } } },
      /kind claim is missing or not in the table/u,
    ],
    [
      'a change of two names',
      statement(attribute('change', 'CHG-1', 'CHG-2')),
      { change: 'change' },
      /several values/u,
    ],
  ] as const)('is not opened with %s', async (_what, parts, options, reason) => {
    await expect(opened(parts, options as Partial<SamlVerifierOptions>)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
      message: expect.stringMatching(reason),
    })
  })

  it('reads everything about an agent from attributes', async () => {
    const parts = statement(
      attribute('kind', 'bot') +
        attribute('class', 'etl-v2') +
        attribute('owner', 'ada', 'bob') +
        attribute('run', 'r-1') +
        attribute('change', 'CHG-1') +
        attribute('uid', 'a-1'),
    )
    const principal = await opened(parts, {
      kind: { attribute: 'kind', values: { bot: 'agent' } },
      agentClass: { attribute: 'class', values: { 'etl-v2': 'etl' } },
      owners: { attribute: 'owner', issuer: 'https://people.example.com' },
      run: 'run',
      change: 'change',
      subject: 'uid',
    })
    expect(principal).toMatchObject({
      kind: 'agent',
      subject: { issuer: idp, id: 'a-1' },
      agentClass: { known: ['etl'] },
      owners: { known: ['https://people.example.com#ada', 'https://people.example.com#bob'] },
      run: { root: 'r-1' },
      change: 'CHG-1',
      level: 'channel',
    })
    expect((await opened(parts, { kind: 'agent', owners: 'owner' })).owners).toEqual({
      known: [`${idp}#ada`, `${idp}#bob`],
    })
  })

  it('takes a transient name when an attribute names the subject', async () => {
    const nameId = '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">x</saml:NameID>'
    expect((await opened({ nameId, ...statement(attribute('uid', 'ann')) }, { subject: 'uid' })).subject.id).toBe('ann')
  })

  it('is bound to a key that comes with a proof, which raises no level and uses up no response when it is wrong', async () => {
    const verifier = samlVerifier({ ...verifierOptions(), dpop: { engine: 'orders' }, clock: clockAt(Date.now()) })
    const token = encoded(signedXml(partsAt(Date.now(), request)))
    const pair = await DPoP.generateKeyPair('ES256')
    const wrong = await DPoP.generateProof(pair, sessionUrl('billing'), 'POST', undefined, token)
    await expect(verifier.verify({ token }, signal)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
    await expect(verifier.verify({ token, proof: wrong }, signal)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
    const proof = await DPoP.generateProof(pair, sessionUrl('orders'), 'POST', undefined, token)
    const principal = await verifier.verify({ token, proof }, signal)
    expect(principal).toMatchObject({ level: 'channel', key: { known: [expect.any(String)] } })
    const again = await DPoP.generateProof(pair, sessionUrl('orders'), 'POST', undefined, token)
    await expect(verifier.verify({ token, proof: again }, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it.each([
    [{ kind: undefined }, /kind must be/u],
    [{ kind: 'root' }, /kind must be/u],
    [{ kind: { attribute: '', values: { a: 'human' } } }, /kind.attribute must be the name/u],
    [{ roleMap: undefined }, /roleMap must be/u],
    [{ roleMap: {} }, /samlVerifier: roleMap must be/u],
    [{ roles: [] }, /roles must be/u],
    [{ roles: [''] }, /roles must be/u],
    [{ roles: 7 }, /roles must be/u],
    [{ owners: 7 }, /owners.attribute must be|owners must be/u],
    [{ run: '' }, /run must be/u],
    [{ requests: undefined }, /requests must be/u],
    [{ requests: {} }, /requests must be/u],
    [{ acceptIdpInitiated: 'yes' }, /acceptIdpInitiated must be/u],
    [{ maxSessionS: 86_401 }, /maxSessionS must be/u],
    [{ seen: undefined }, /seen must be/u],
    [{ role: 'groups' }, /there is no option role, did you mean|there is no option role/u],
  ])('is refused with the options %j', (overrides, reason) => {
    expect(() => samlVerifier({ ...verifierOptions(), ...overrides } as SamlVerifierOptions)).toThrow(reason)
  })
})

describe('requests that wait', () => {
  const requestOptions = { entryPoint: 'https://idp.example.com/sso', audience, callbackUrl }
  const memory = (overrides: Partial<Parameters<typeof samlRequests>[0]> = {}): SamlRequests =>
    samlRequests({ ...requestOptions, clock: clockAt(nowMs), ...overrides })
  const answering = (id: string | undefined): Partial<Parts> => ({
    responseInResponseTo: id === undefined ? '' : ` InResponseTo="${id}"`,
    confirmation: confirmationOf(confirmationData({ InResponseTo: id })),
    assertionId: `_answer-${String(id)}`,
  })

  it('are answered once, by their own answer', async () => {
    const requests = memory()
    const { id }: AuthnRequest = await requests.begin()
    const seen = seenAssertions()
    expect((await opened(answering(id), { requests, seen })).subject.id).toBe('ann')
    const again = opened({ ...answering(id), assertionId: '_another' }, { requests, seen })
    await expect(again).rejects.toThrow(/no request of ours/u)
    await expect(opened(answering('_other'), { requests })).rejects.toThrow(/no request of ours/u)
    await expect(opened(answering(undefined), { requests })).rejects.toThrow(/no request of ours/u)
  })

  it('are not used up by what is refused', async () => {
    const requests = memory()
    const { id }: AuthnRequest = await requests.begin()
    await expect(opened({ ...answering(id), status: '' }, { requests })).rejects.toThrow(/no Status/u)
    await expect(
      opened(
        {
          ...answering(id),
          nameId: '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">x</saml:NameID>',
        },
        { requests },
      ),
    ).rejects.toThrow(/transient/u)
    expect((await opened(answering(id), { requests })).subject.id).toBe('ann')
  })

  it('are not needed where the identity provider may start logins', async () => {
    const { requests: _left, ...rest } = verifierOptions()
    const verifier = samlVerifier({ ...rest, acceptIdpInitiated: true })
    expect((await verifier.verify({ token: encoded(signedXml(answering(undefined))) }, signal)).subject.id).toBe('ann')
    await expect(verifier.verify({ token: encoded(signedXml()) }, signal)).rejects.toThrow(/no request of ours/u)
  })

  it.each([
    [
      'throws',
      (): boolean => {
        throw new Error('secret store')
      },
    ],
    ['rejects', async (): Promise<boolean> => Promise.reject(new Error('secret store'))],
    ['answers something else than true', (): boolean => 1 as unknown as boolean],
    ['answers false', (): boolean => false],
  ] as const)('open nothing when whoever remembers them %s', async (_what, take) => {
    const error: unknown = await opened({}, { requests: { take } }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
  })

  it('open nothing when whoever remembers them hangs', async () => {
    const abort = new AbortController()
    const take = async (): Promise<boolean> => {
      abort.abort()
      return new Promise(() => undefined)
    }
    const verifier = samlVerifier({ ...verifierOptions(), requests: { take } })
    await expect(verifier.verify({ token: encoded(signedXml()) }, abort.signal)).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
  })

  it('wait until their time is over, also when the clock is set back', async () => {
    let now = nowMs
    const requests = memory({ ttlS: 60, clock: { wallMs: () => now, monotonicMs: () => 0 } })
    const [first, second, third] = [await requests.begin(), await requests.begin(), await requests.begin()]
    now += 59_999
    expect([requests.take(first.id), requests.take(first.id)]).toEqual([true, false])
    now += 1
    expect(requests.take(second.id)).toBe(false)
    now = nowMs
    expect(requests.take(third.id)).toBe(false)
  })

  it('are refused when too many wait, and none is forgotten for a new one', async () => {
    let now = nowMs
    const requests = memory({ capacity: 2, ttlS: 60, clock: { wallMs: () => now, monotonicMs: () => 0 } })
    const first: AuthnRequest = await requests.begin()
    await requests.begin()
    await expect(requests.begin()).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    expect(requests.take(first.id)).toBe(true)
    await requests.begin()
    now += 60_000
    await requests.begin()
  })

  it.each([
    [{ entryPoint: 'http://idp.example.com/sso' }, /entryPoint must be an https URL/u],
    [{ entryPoint: 'https://a:b@idp.example.com/sso' }, /neither credentials/u],
    [{ callbackUrl: 'nowhere' }, /callbackUrl is not a URL/u],
    [{ capacity: 0 }, /capacity/u],
    [{ ttlS: 3601 }, /ttlS/u],
    [{ forceAuthn: 'yes' as unknown as boolean }, /forceAuthn/u],
    [{ requestedContexts: [''] }, /requestedContexts/u],
    [{ privateKey: 'secret' }, /privateKey/u],
    [{ entrypoint: 'x' } as object, /there is no option entrypoint/u],
  ])('are refused with the options %j', (overrides, reason) => {
    expect(() => memory(overrides)).toThrow(reason)
  })
})
