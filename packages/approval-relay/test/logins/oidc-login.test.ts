import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OidcLoginOptions } from '../../src/logins/oidc-login.js'
import { oidcLogin } from '../../src/logins/oidc-login.js'
import type { LoggedIn } from '../../src/logins/login-method.js'
import { clientId, clientSecret, PeopleIssuer } from '../pages/people-issuer.js'
import { MadeUpProvider } from './made-up-provider.js'

// The provider says at each start that it keeps everything in memory.
vi.spyOn(console, 'warn').mockReturnValue(undefined)
vi.spyOn(console, 'info').mockReturnValue(undefined)

const callbackUrl = 'http://127.0.0.1:1/login/house/callback'
const never = new AbortController().signal
const context = { loginId: 'l', callbackUrl }

const finished = (
  login: ReturnType<typeof oidcLogin>,
  query: string | URLSearchParams,
  state: string,
  more: object = {},
): Promise<LoggedIn> =>
  login.finish(
    {
      method: 'GET',
      url: new URL(`${callbackUrl}?${query.toString()}`),
      form: new URLSearchParams(),
      state,
      callbackUrl,
      ...more,
    },
    never,
  )

describe('a login at a real provider', () => {
  let issuer: PeopleIssuer
  beforeAll(async () => {
    issuer = await PeopleIssuer.start(callbackUrl)
    issuer.names.set('ann', 'Ann Ngo')
  })
  afterEach(() => {
    issuer.acr = undefined
    issuer.agoS = 0
  })
  afterAll(() => issuer.close())

  const login = (more: Partial<OidcLoginOptions> = {}) =>
    oidcLogin({ issuer: issuer.url, clientId, clientSecret, name: 'house', ...more })

  /** Goes where the login leads, as a browser does, and answers with what comes back. */
  async function followed(redirect: string): Promise<URL> {
    const jar = new Map<string, string>()
    let url = new URL(redirect)
    for (let turn = 0; turn < 10; turn++) {
      const isForm = url.pathname.startsWith('/interaction/')
      const body = new URLSearchParams({ login: 'ann', password: 'ann-knows' })
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie },
        ...(isForm ? { method: 'POST', body } : {}),
      })
      for (const set of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(set) ?? []
        jar.set(name, value)
      }
      url = new URL(response.headers.get('location') ?? 'about:blank', url)
      if (url.href.startsWith(callbackUrl)) return url
    }
    throw new Error(`it leads nowhere: ${url.href}`)
  }

  it('says who it was, what they are called, and when they authenticated', async () => {
    const house = login()
    const { redirect, state } = await house.begin(context, never)
    const asked = new URL(redirect).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      client_id: clientId,
      code_challenge_method: 'S256',
      max_age: '300',
      redirect_uri: callbackUrl,
      response_type: 'code',
      scope: 'openid profile',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/u)
    const answer = await followed(redirect)
    expect(answer.searchParams.get('iss')).toBe(issuer.url)
    const came = await finished(house, answer.searchParams, state)
    expect(came).toEqual({
      subject: { issuer: issuer.url, id: 'ann' },
      name: 'Ann Ngo',
      level: 'signed',
      authenticatedAtMs: expect.any(Number) as number,
    })
    expect(came.authenticatedAtMs % 1000).toBe(0)
    // The code was used.
    await expect(finished(house, answer.searchParams, state)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('is another one each time', async () => {
    const house = login()
    const [one, two] = await Promise.all([house.begin(context, never), house.begin(context, never)])
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(new URL(one.redirect).searchParams.get(name)).not.toBe(new URL(two.redirect).searchParams.get(name))
    }
    const answer = await followed(one.redirect)
    await expect(finished(house, answer.searchParams, two.state)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('is phishing-resistant when the provider says one of the values that say so', async () => {
    issuer.acr = 'urn:key'
    const strong = login({ phishingResistantAcr: ['urn:key'] })
    const begun = await strong.begin(context, never)
    expect(new URL(begun.redirect).searchParams.get('acr_values')).toBe('urn:key')
    const { searchParams } = await followed(begun.redirect)
    expect(await finished(strong, searchParams, begun.state)).toMatchObject({ level: 'phishing-resistant' })
    issuer.acr = 'urn:password'
    const weak = await strong.begin(context, never)
    const answer = await followed(weak.redirect)
    expect(await finished(strong, answer.searchParams, weak.state)).toMatchObject({ level: 'signed' })
  })
})

describe('a provider that cannot be believed', () => {
  let provider: MadeUpProvider
  beforeEach(async () => {
    provider = await MadeUpProvider.start()
  })
  afterEach(() => provider.close())

  const login = (more: Partial<OidcLoginOptions> = {}) =>
    oidcLogin({ issuer: provider.url, clientId: 'approvals', ...more })

  /** A whole login, with what the provider sends back changed. */
  async function tried(query: Record<string, string | undefined> = {}, more: object = {}): Promise<LoggedIn> {
    const house = login({ phishingResistantAcr: ['urn:key'] })
    const { redirect, state } = await house.begin(context, never)
    const asked = new URL(redirect).searchParams
    provider.nonce = asked.get('nonce') ?? ''
    const sent: Record<string, string | undefined> = {
      code: 'c',
      iss: provider.url,
      state: asked.get('state') ?? '',
      ...query,
    }
    const known = Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return finished(house, new URLSearchParams(known), state, more)
  }

  it('is believed as long as nothing is wrong', async () => {
    expect(await tried()).toMatchObject({
      subject: { issuer: provider.url, id: 'ann' },
      name: undefined,
      level: 'signed',
    })
    provider.claims = { name: 7, preferred_username: 'ann.n', acr: 'urn:key' }
    expect(await tried()).toMatchObject({ name: 'ann.n', level: 'phishing-resistant' })
    provider.claims = { name: 'x'.repeat(1_000), acr: 'urn:keys' }
    expect(await tried()).toMatchObject({ name: 'x'.repeat(200), level: 'signed' })
  })

  it.each<readonly [string, () => void]>([
    ['signed by somebody else', () => (provider.signedBy = 'stranger')],
    ['signed by nobody', () => (provider.signedBy = 'nobody')],
    [
      'of no algorithm',
      () => {
        provider.signedBy = 'nobody'
        provider.header = { alg: 'none' }
        provider.metadata = { id_token_signing_alg_values_supported: ['none', 'ES256'] }
      },
    ],
    ['of another issuer', () => (provider.claims = { iss: 'https://other.example' })],
    ['of the same issuer with a slash', () => (provider.claims = { iss: `${provider.url}/` })],
    ['for another client', () => (provider.claims = { aud: 'other' })],
    ['for two clients and none in particular', () => (provider.claims = { aud: ['approvals', 'other'] })],
    [
      'for two clients and the other in particular',
      () => (provider.claims = { aud: ['approvals', 'other'], azp: 'other' }),
    ],
    ['of another login', () => (provider.claims = { nonce: 'n' })],
    ['of no login', () => (provider.claims = { nonce: undefined })],
    ['that is over', () => (provider.claims = { exp: 1 })],
    ['that does not say when they authenticated', () => (provider.claims = { auth_time: undefined })],
    ['that says so in words', () => (provider.claims = { auth_time: 'today' })],
    [
      'of somebody who authenticated too long ago',
      () => (provider.claims = { auth_time: Math.floor(Date.now() / 1000) - 400 }),
    ],
    ['of nobody', () => (provider.claims = { sub: '' })],
    ['of somebody whose id is hidden', () => (provider.claims = { sub: 'ann\u200b' })],
    ['of somebody whose id is no text', () => (provider.claims = { sub: 7 })],
    ['of somebody whose id is too long', () => (provider.claims = { sub: 'a'.repeat(256) })],
  ])('logs nobody in by an ID token %s', async (_what, change) => {
    change()
    const error: unknown = await tried().catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect((error as Error).cause).toBeUndefined()
    expect(String(error)).not.toMatch(/ann|other\.example/u)
  })

  it.each<readonly [string, Record<string, string | undefined>]>([
    ['of another state', { state: 's' }],
    ['without a state', { state: undefined }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['of no issuer, though it says that it names it', { iss: undefined }],
    ['without a code', { code: undefined }],
    ['that is an error', { code: undefined, error: 'access_denied', error_description: 'ann said no' }],
  ])('logs nobody in by an answer %s', async (_what, query) => {
    const error: unknown = await tried(query).catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect((error as Error).cause).toBeUndefined()
    expect(String(error)).not.toContain('ann')
    expect(provider.asked).not.toContain('/token')
  })

  it('logs nobody in by a form', async () => {
    await expect(tried({}, { method: 'POST' })).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect(provider.asked).not.toContain('/token')
  })

  it.each<readonly [string, () => void]>([
    ['says that it is another', () => (provider.metadata = { issuer: 'https://other.example' })],
    ['says that it is itself with a slash', () => (provider.metadata = { issuer: `${provider.url}/` })],
    ['is down', () => provider.answers.set('/.well-known/openid-configuration', { status: 503, body: '' })],
    [
      'sends elsewhere',
      () => provider.answers.set('/.well-known/openid-configuration', { status: 302, body: '', location: '/other' }),
    ],
    ['floods', () => (provider.metadata = { more: 'x'.repeat(2 ** 20) })],
    ['says nothing', () => provider.answers.set('/.well-known/openid-configuration', { status: 200, body: '[]' })],
  ])('begins no login when it %s, and does when it is well again', async (_what, change) => {
    const house = login()
    change()
    await expect(house.begin(context, never)).rejects.toThrow()
    expect(provider.asked).toEqual(['/.well-known/openid-configuration'])
    provider.metadata = {}
    provider.answers.clear()
    await expect(house.begin(context, never)).resolves.toBeDefined()
  })

  it('is given up on when it hangs', async () => {
    provider.answers.set('/.well-known/openid-configuration', 'hangs')
    const giveUp = new AbortController()
    const begun = login().begin(context, giveUp.signal)
    await expect.poll(() => provider.asked.length).toBe(1)
    giveUp.abort()
    await expect(begun).rejects.toThrow('aborted')
  })

  it.each([
    ['token_endpoint', '/token'],
    ['jwks_uri', '/jwks'],
  ])('is asked nothing at an address that is not secure (%s)', async (name, path) => {
    // It leads to the same server, and is none of the names of loopback.
    provider.metadata = { [name]: `${provider.url.replace('127.0.0.1', '0.0.0.0')}${path}` }
    await expect(tried()).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect(provider.asked).not.toContain(path)
  })
})

describe('options of a login', () => {
  it.each([
    ['a plain issuer', { issuer: 'http://login.example' }],
    ['no issuer', { issuer: '' }],
    ['an issuer with a password', { issuer: 'https://a:b@login.example' }],
    ['no client', { clientId: '' }],
    ['an empty secret', { clientSecret: '' }],
    ['no age', { maxAgeS: 0 }],
    ['an age of more than an hour', { maxAgeS: 3_601 }],
    ['an age that is no number', { maxAgeS: NaN }],
    ['an option that does not exist', { secret: 'x' }],
  ])('are refused with %s', (_what, more) => {
    const options = { issuer: 'https://login.example', clientId: 'approvals', ...more }
    expect(() => oidcLogin(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})
