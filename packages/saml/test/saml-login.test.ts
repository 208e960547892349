import { createVerify } from 'node:crypto'
import type { LoginMethod } from '@bothkeys/approval-relay'
import { describe, expect, it } from 'vitest'
import type { SamlLogin, SamlLoginOptions } from '../src/index.js'
import { samlLogin, seenAssertions } from '../src/index.js'
import { clockAt, signal } from './support.js'
import type { Parts } from './test-idp.js'
import {
  attribute,
  audience,
  authnOf,
  callbackUrl,
  encoded,
  idp,
  iso,
  keys,
  nowMs,
  partsAt,
  requestIn,
  signedXml,
  strangerKeys,
} from './test-idp.js'

const entryPoint = 'https://idp.example.com/sso?tenant=a'
const fido = 'urn:example:fido'
const loginOptions = (overrides: Partial<SamlLoginOptions> = {}): SamlLoginOptions => ({
  issuer: idp,
  certificates: keys.publicKey,
  audience,
  entryPoint,
  seen: seenAssertions(),
  displayName: 'name',
  phishingResistantContexts: [fido],
  clock: clockAt(nowMs),
  ...overrides,
})
const begun = async (login: SamlLogin, loginId = 'login-1') => {
  const { redirect, state } = await login.begin({ callbackUrl, loginId }, signal)
  const { url, xml } = requestIn(redirect)
  return { state, url, xml, id: / ID="([^"]+)"/u.exec(xml)?.[1] ?? '' }
}
const posted = (xml: string, relayState = 'login-1'): URLSearchParams =>
  new URLSearchParams({ SAMLResponse: encoded(xml), RelayState: relayState })
const finish = async (login: SamlLogin, state: string, form: URLSearchParams, method = 'POST', to = callbackUrl) =>
  login.finish({ method, url: new URL(to), form, state, callbackUrl: to }, signal)
const answer = (id: string, parts: Partial<Parts> = {}) => signedXml({ ...partsAt(nowMs, id), ...parts })

describe('a login by SAML', () => {
  it('sends the browser to the identity provider with a request', async () => {
    const { id, url, xml } = await begun(samlLogin(loginOptions()))
    expect(`${url.origin}${url.pathname}`).toBe('https://idp.example.com/sso')
    expect([...url.searchParams.keys()].toSorted()).toEqual(['RelayState', 'SAMLRequest', 'tenant'])
    expect(url.searchParams.get('RelayState')).toBe('login-1')
    expect(id).toMatch(/^_[\w-]{36}$/u)
    expect(xml).toContain(`AssertionConsumerServiceURL="${callbackUrl}"`)
    expect(xml).toContain(`Destination="${entryPoint}"`)
    expect(xml).toContain(`>${audience}</saml:Issuer>`)
    expect(xml).toContain('ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"')
    expect(xml).toContain('ForceAuthn="true"')
    expect(xml).not.toMatch(/RequestedAuthnContext/u)
    expect((await begun(samlLogin(loginOptions({ forceAuthn: false })))).xml).not.toMatch(/ForceAuthn/u)
  })

  it('asks for a login of some kind, in a signed request, where that is wanted', async () => {
    const login = samlLogin(loginOptions({ requestedContexts: [fido], privateKey: strangerKeys.privateKey }))
    const { url, xml } = await begun(login)
    expect(xml).toContain(`>${fido}</saml:AuthnContextClassRef>`)
    const signed = ['SAMLRequest', 'RelayState', 'SigAlg']
      .map((name) => `${name}=${encodeURIComponent(url.searchParams.get(name) ?? '')}`)
      .join('&')
    const signature = Buffer.from(url.searchParams.get('Signature') ?? '', 'base64')
    expect(createVerify('RSA-SHA256').update(signed).verify(strangerKeys.publicKey, signature)).toBe(true)
  })

  it('makes a request of its own each time', async () => {
    const login = samlLogin(loginOptions())
    const [one, other] = [await begun(login), await begun(login)]
    expect(one.id).not.toBe(other.id)
  })

  it('says who logged in, when and how', async () => {
    const login = samlLogin(loginOptions())
    const { id, state } = await begun(login)
    const authn = authnOf(`AuthnInstant="${iso(nowMs - 1000)}" SessionNotOnOrAfter="${iso(nowMs + 7000)}"`)
    expect(await finish(login, state, posted(answer(id, { authn })))).toEqual({
      subject: { issuer: idp, id: 'ann' },
      name: 'Ann',
      level: 'signed',
      authenticatedAtMs: nowMs - 1000,
      expiresAtMs: nowMs + 7000,
    })
  })

  it.each([
    [fido, [fido], 'phishing-resistant'],
    [fido, [], 'signed'],
    [`${fido}2`, [fido], 'signed'],
    ['', [fido], 'signed'],
  ] as const)('of the kind %j is, with %j listed, %s', async (context, phishingResistantContexts, level) => {
    const login = samlLogin(loginOptions({ phishingResistantContexts }))
    const { id, state } = await begun(login)
    const authn = authnOf(`AuthnInstant="${iso(nowMs)}"`, context)
    expect((await finish(login, state, posted(answer(id, { authn })))).level).toBe(level)
  })

  it.each([
    ['the kind that was asked for', fido, [fido]],
    ['one of those asked for', fido, ['urn:example:card', fido]],
    ['any, when none was asked for', 'urn:example:password', []],
  ] as const)('is accepted when it is of %s', async (_what, context, requestedContexts) => {
    const login = samlLogin(loginOptions({ requestedContexts }))
    const { id, state } = await begun(login)
    const authn = authnOf(`AuthnInstant="${iso(nowMs)}"`, context)
    expect((await finish(login, state, posted(answer(id, { authn })))).subject.id).toBe('ann')
  })

  it.each(['urn:example:password', `${fido}2`, '', undefined])(
    'is refused when it is of another kind than was asked for: %j',
    async (context) => {
      let uses = 0
      const use = (): boolean => ((uses += 1), true)
      const login = samlLogin(loginOptions({ requestedContexts: [fido], seen: { use } }))
      const { id, state } = await begun(login)
      const authn = authnOf(`AuthnInstant="${iso(nowMs)}"`, context ?? fido)
      const said =
        context === undefined ? authn.replace(/<saml:AuthnContextClassRef>.*<\/saml:AuthnContextClassRef>/u, '') : authn
      await expect(finish(login, state, posted(answer(id, { authn: said })))).rejects.toMatchObject({
        code: 'ERR_TOKEN_INVALID',
        message: expect.stringMatching(/another way than was asked for/u),
      })
      expect(uses).toBe(0)
    },
  )

  it('of no kind is not phishing-resistant', async () => {
    const login = samlLogin(loginOptions())
    const { id, state } = await begun(login)
    const authn = authnOf(`AuthnInstant="${iso(nowMs)}"`).replace(
      /<saml:AuthnContextClassRef>.*<\/saml:AuthnContextClassRef>/u,
      '',
    )
    expect((await finish(login, state, posted(answer(id, { authn })))).level).toBe('signed')
  })

  it('shows no name that hides or reorders others, and needs none', async () => {
    for (const name of ['Ann&#x202e;', '', 'x'.repeat(201)]) {
      const login = samlLogin(loginOptions())
      const { id, state } = await begun(login)
      const attributes = `<saml:AttributeStatement>${attribute('name', name)}</saml:AttributeStatement>`
      expect(await finish(login, state, posted(answer(id, { attributes })))).not.toHaveProperty('name')
    }
    const login = samlLogin(loginOptions({ displayName: 'constructor' }))
    const { id, state } = await begun(login)
    expect(await finish(login, state, posted(answer(id)))).not.toHaveProperty('name')
  })

  it('is answered in the login that it was started for, and once', async () => {
    const login = samlLogin(loginOptions())
    const [mine, other] = [await begun(login), await begun(login, 'login-2')]
    const response = answer(mine.id)
    await expect(finish(login, other.state, posted(response, 'login-2'))).rejects.toThrow(/no request of ours/u)
    await expect(finish(login, other.state, posted(response))).rejects.toThrow(/another login/u)
    await expect(finish(login, mine.state, posted(response, 'login-2'))).rejects.toThrow(/another login/u)
    expect((await finish(login, mine.state, posted(response))).subject.id).toBe('ann')
    await expect(finish(login, mine.state, posted(response))).rejects.toThrow(/used before/u)
  })

  it('is never answered by a response that nobody asked for', async () => {
    const login = samlLogin(loginOptions())
    const { state } = await begun(login)
    await expect(finish(login, state, posted(signedXml(partsAt(nowMs, undefined))))).rejects.toThrow(
      /no request of ours/u,
    )
  })

  it('is not answered by one that was sent elsewhere', async () => {
    const login = samlLogin(loginOptions())
    const { id, state } = await begun(login)
    const elsewhere = 'https://bothkeys.example.com/other'
    await expect(finish(login, state, posted(signedXml(partsAt(nowMs, id, elsewhere))))).rejects.toThrow(/Destination/u)
    await expect(finish(login, state, posted(answer(id)), 'POST', elsewhere)).rejects.toThrow(/Destination/u)
  })

  it('is refused when the person did not log in again, unless that is not wanted', async () => {
    const at = async (ms: number, login = samlLogin(loginOptions())) => {
      const { id, state } = await begun(login)
      return finish(login, state, posted(answer(id, { authn: authnOf(`AuthnInstant="${iso(ms)}"`) })))
    }
    await expect(at(nowMs - 5001)).rejects.toThrow(/did not log in again/u)
    expect((await at(nowMs - 5000)).authenticatedAtMs).toBe(nowMs - 5000)
    const remembered = await at(nowMs - 3_600_000, samlLogin(loginOptions({ forceAuthn: false })))
    expect(remembered.authenticatedAtMs).toBe(nowMs - 3_600_000)
  })

  it('names the subject by an attribute, and never by a transient name', async () => {
    const nameId = '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">x</saml:NameID>'
    const by = async (subject: string | undefined) => {
      const login = samlLogin(loginOptions(subject === undefined ? {} : { subject }))
      const { id, state } = await begun(login)
      return finish(login, state, posted(answer(id, { nameId })))
    }
    expect((await by('name')).subject).toEqual({ issuer: idp, id: 'Ann' })
    await expect(by(undefined)).rejects.toThrow(/transient/u)
    await expect(by('uid')).rejects.toThrow(/missing/u)
    const login = samlLogin(loginOptions({ subject: 'uid' }))
    const { id, state } = await begun(login)
    const attributes = `<saml:AttributeStatement>${attribute('uid', 'ann&#x202e;')}</saml:AttributeStatement>`
    await expect(finish(login, state, posted(answer(id, { attributes })))).rejects.toThrow(/control or invisible/u)
  })

  it.each([
    ['a response that was not posted', (form: URLSearchParams) => form, 'GET', /not posted/u],
    [
      'no response',
      (form: URLSearchParams) => (form.delete('SAMLResponse'), form),
      'POST',
      /exactly one SAMLResponse/u,
    ],
    [
      'two responses',
      (form: URLSearchParams) => (form.append('SAMLResponse', 'x'), form),
      'POST',
      /exactly one SAMLResponse/u,
    ],
    ['no relay state', (form: URLSearchParams) => (form.delete('RelayState'), form), 'POST', /exactly one RelayState/u],
    [
      'two relay states',
      (form: URLSearchParams) => (form.append('RelayState', 'login-1'), form),
      'POST',
      /exactly one RelayState/u,
    ],
  ] as const)('is refused with %s', async (_what, change, method, reason) => {
    const login = samlLogin(loginOptions())
    const { id, state } = await begun(login)
    await expect(finish(login, state, change(posted(answer(id))), method)).rejects.toThrow(reason)
  })

  it.each(['', 'x', '{}', '[]', '["_a"]', '["_a","login-1"]', '["","login-1",1]', '[1,"login-1",1]', '["_a","",1]'])(
    'is refused with the state %j',
    async (state) => {
      const login = samlLogin(loginOptions())
      await expect(finish(login, state, posted(answer('_a')))).rejects.toMatchObject({
        code: 'ERR_TOKEN_INVALID',
        message: expect.stringMatching(/was not started here/u),
      })
    },
  )

  it('is not waited for longer than the signal says', async () => {
    const abort = new AbortController()
    const use = async (): Promise<boolean> => {
      abort.abort()
      return new Promise(() => undefined)
    }
    const login = samlLogin(loginOptions({ seen: { use } }))
    const { id, state } = await begun(login)
    const request = { method: 'POST', url: new URL(callbackUrl), form: posted(answer(id)), state, callbackUrl }
    await expect(login.finish(request, abort.signal)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })

  it('uses nothing up when nobody waits any more', async () => {
    const abort = new AbortController()
    let isAborting = false
    let uses = 0
    const wallMs = (): number => {
      // The time is looked at when the signature has been checked, and before anything is used up.
      if (isAborting) abort.abort()
      return nowMs
    }
    const use = (): boolean => {
      uses += 1
      return true
    }
    const login = samlLogin(loginOptions({ seen: { use }, clock: { wallMs, monotonicMs: () => 0 } }))
    const { id, state } = await begun(login)
    const request = { method: 'POST', url: new URL(callbackUrl), form: posted(answer(id)), state, callbackUrl }
    isAborting = true
    await expect(login.finish(request, abort.signal)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(uses).toBe(0)
    expect((await login.finish(request, signal)).subject.id).toBe('ann')
    expect(uses).toBe(1)
  })

  it('is called what it is called', () => {
    const login: LoginMethod = samlLogin(loginOptions())
    expect([login.name, samlLogin(loginOptions({ name: 'company-2' })).name]).toEqual(['saml', 'company-2'])
  })

  it.each([
    [{ name: '' }, /name must be a short word/u],
    [{ name: 'Company' }, /name must be a short word/u],
    [{ name: 'a/b' }, /name must be a short word/u],
    [{ displayName: '' }, /displayName and subject/u],
    [{ subject: '' }, /displayName and subject/u],
    [{ phishingResistantContexts: fido as unknown as readonly string[] }, /phishingResistantContexts/u],
    [{ entryPoint: 'http://idp.example.com' }, /https/u],
    [{ certificates: [] }, /certificates/u],
    [{ callbackUrl } as object, /there is no option callbackUrl/u],
  ])('is refused with the options %j', (overrides, reason) => {
    expect(() => samlLogin(loginOptions(overrides))).toThrow(reason)
  })

  it('is not started for an address that is not safe', async () => {
    const login = samlLogin(loginOptions())
    const begin = login.begin({ callbackUrl: 'http://bothkeys.example.com/x', loginId: 'a' }, signal)
    await expect(begin).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})
