import type { RelayedRequest } from '@bothkeys/core/relay'
import { digestPrefix } from '@bothkeys/core/relay'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PageOptions } from '../../src/pages/page-routes.js'
import type { DeskRefusal } from '../../src/desk.js'
import type { LoggedIn, LoginMethod } from '../../src/logins/login-method.js'
import type { Outgoing } from '../../src/http/route.js'
import { DeskInMemory } from './desk-in-memory.js'
import type { Wanted } from './engine-that-asks.js'
import { EngineThatAsks, onInvoices } from './engine-that-asks.js'
import { HandClock, relayPages } from './relay-pages.js'
import { routed } from './served-routes.js'

const origin = 'https://approvals.example'
const plain: Wanted = { text: 'update invoices set paid = true where id = 7' }

/** Requests of a real guard, by what they are. */
const requests = new Map<string, RelayedRequest>()
let engine: EngineThatAsks

beforeAll(async () => {
  const came: RelayedRequest[] = []
  engine = await EngineThatAsks.start(
    () => undefined,
    (request) => void came.push(request),
  )
  const all: Readonly<Record<string, Wanted>> = {
    plain,
    grave: { text: 'drop table x', effects: [{ ...onInvoices, duty: 'define' }] },
    cut: { text: 'x\n'.repeat(300), effects: [{ ...onInvoices, duty: 'session' }] },
  }
  for (const [name, wanted] of Object.entries(all)) {
    void engine.attempt(wanted)
    await vi.waitFor(() => expect(came).toHaveLength(requests.size + 1))
    requests.set(name, came.at(-1)!)
  }
})
afterAll(() => engine.close())

const requestOf = (name: string): RelayedRequest => requests.get(name)!

/** A login that lets in whom it is told to. */
class LoginByWord implements LoginMethod {
  readonly name = 'house'
  readonly issuer = 'https://login.example'
  who: Partial<LoggedIn> = {}
  nowMs: () => number
  fails: 'begin' | 'finish' | undefined
  redirect = 'https://login.example/authorize'
  readonly finished: {
    readonly method: string
    readonly url: URL
    readonly form: URLSearchParams
    readonly state: string
  }[] = []

  constructor(nowMs: () => number) {
    this.nowMs = nowMs
  }

  begin({ callbackUrl, loginId }: { readonly callbackUrl: string; readonly loginId: string }) {
    if (this.fails === 'begin') return Promise.reject(new Error('down'))
    return Promise.resolve({ redirect: `${this.redirect}?to=${callbackUrl}`, state: `state of ${loginId}` })
  }

  finish(answer: LoginByWord['finished'][number]) {
    this.finished.push(answer)
    if (this.fails === 'finish') return Promise.reject(new Error('secret words of the provider'))
    const subject = { issuer: 'https://login.example', id: 'ann' }
    return Promise.resolve<LoggedIn>({
      subject,
      name: 'Ann',
      level: 'signed',
      authenticatedAtMs: this.nowMs(),
      ...this.who,
    })
  }
}

/** What goes wrong with a login. */
interface Trouble {
  readonly begin?: boolean
  readonly finish?: boolean
  readonly isDown?: boolean
  readonly redirect?: string
  readonly unrecorded?: boolean
  readonly who?: Partial<LoggedIn>
}

const ownForm = { 'content-type': 'application/x-www-form-urlencoded', origin, 'sec-fetch-site': 'same-origin' }

/** A browser without a screen, at pages that are at hand. */
function bench(options: PageOptions = {}) {
  const clock = new HandClock()
  clock.ms = requestOf('plain').expiresAt.getTime() - 600_000
  const login = new LoginByWord(() => clock.wallMs())
  const desk = new DeskInMemory()
  desk.nowMs = () => clock.wallMs()
  desk.people.set('ann', 'known')
  for (const request of requests.values()) desk.add(request)
  const pages = relayPages(origin, [login], { options, desk, clock })
  const cookies = new Map<string, string>()
  const send = async (
    method: string,
    path: string,
    more: { form?: Record<string, string>; headers?: Record<string, string> } = {},
  ) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = Buffer.from(new URLSearchParams(more.form).toString())
    const headers = { ...(cookie === '' ? {} : { cookie }), ...(method === 'POST' ? ownForm : {}), ...more.headers }
    const answer = await routed(pages.routes, method, new URL(path, origin), { headers, body })
    for (const set of [answer.headers?.['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(set) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  const get = (path: string) => send('GET', path)
  const logIn = async (to = '/') => {
    await get(`/login/house?to=${encodeURIComponent(to)}`)
    return get('/login/house/callback?code=c')
  }
  const textOf = ({ body }: Outgoing) => String(body)
  const field = async (path: string, name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`, 'u').exec(textOf(await get(path)))?.[1] ?? ''
  const decide = async (what: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const path = `/requests/${requestOf(what).id}`
    const token = await field('/', 'token')
    const view =
      (await desk.viewFor(requestOf(what).id, { subject: { issuer: 'https://login.example', id: 'ann' } }))?.digest ??
      ''
    return send('POST', path, { form: { token, view, decision: 'allow', ...form }, headers })
  }
  return { ...pages, clock, cookies, decide, desk, field, get, logIn, login, send, textOf }
}

let on: ReturnType<typeof bench>
beforeEach(() => {
  on = bench()
})

const looked = (path: string) =>
  path.replace(':id', requestOf('plain').id).replace(':token', 'tok').replace(':name', 'house')

describe('what is masked', () => {
  const secret = /s3cret/u

  beforeEach(async () => {
    await on.logIn()
    on.desk.add({
      ...requestOf('plain'),
      text: 'update invoices set s3cret = 1',
      settings: { search_path: 's3cret-path' },
      effects: [{ ...onInvoices, attributes: { columns: ['s3cret_column'] } }],
      estimate: { steps: [{ depth: 0, node: 'Seq Scan', relation: 's3cret_relation', rows: 1 }] },
    })
  })

  it('is on the page of its request for whoever may see it', async () => {
    const shown = on.textOf(await on.get(looked('/requests/:id')))
    for (const value of ['s3cret-path', 's3cret_column', 's3cret_relation']) expect(shown).toContain(value)
    expect(on.textOf(await on.get('/'))).toContain('s3cret_column')
    // What somebody else may not see is in no entry, and still in the view of whoever may.
    on.desk.masked.add('bob')
    expect(on.textOf(await on.get(looked('/requests/:id')))).toContain('s3cret-path')
  })

  it('is on no page of its request for anybody else, wherever it stands in it', async () => {
    on.desk.masked.add('ann')
    const shown = on.textOf(await on.get(looked('/requests/:id')))
    expect(shown).toContain('adds or changes rows of')
    // The view of this desk is that of the engine, whose text is masked elsewhere.
    expect(shown).not.toMatch(secret)
  })

  it('is in no list, which anybody who looks may see', async () => {
    on.desk.masked.add('bob')
    const list = on.textOf(await on.get('/'))
    expect(list).toContain('adds or changes rows of')
    expect(list).not.toMatch(secret)
    let told = ''
    const { stream } = await on.get('/events')
    await stream?.((chunk) => {
      told += chunk
      return false
    }, new AbortController().signal)
    expect(told).toContain(requestOf('plain').id)
    expect(told).not.toMatch(secret)
  })
})

describe('every answer', () => {
  it('forbids scripts, frames and keeping, whatever the route and whoever asks', async () => {
    for (const isIn of [false, true]) {
      if (isIn) await on.logIn()
      for (const { method, path } of on.routes) {
        const { headers = {}, status } = await on.send(method, looked(path))
        const where = `${method} ${path} (${String(status)})`
        expect({ where, ...headers }).toMatchObject({
          where,
          'cache-control': 'no-store',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'referrer-policy': 'no-referrer',
          'strict-transport-security': 'max-age=31536000',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
        })
        const policy = String(headers['content-security-policy']).split('; ')
        expect(policy).toEqual([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "form-action 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'",
        ])
        if (path === '/logout' && isIn) await on.logIn()
      }
    }
    expect(on.failures).toEqual([])
  })

  it('has no script or style of its own in it', async () => {
    await on.logIn()
    for (const path of ['/', '/history', '/login', looked('/requests/:id'), '/link/none', '/login/none']) {
      expect(on.textOf(await on.get(path))).not.toMatch(/<script(?! src="\/assets)|<style| style=| on[a-z]+=/u)
    }
  })
})

describe('whoever is not logged in', () => {
  it('is sent to the login from every page, and back to where they wanted to go', async () => {
    for (const path of ['/', '/history', looked('/requests/:id'), '/link/tok']) {
      const answer = await on.get(path)
      expect([answer.status, answer.headers?.['location']]).toEqual([303, `/login?to=${encodeURIComponent(path)}`])
      expect(answer.body).toBe('')
    }
    expect((await on.get('/events')).status).not.toBe(200)
  })

  it('decides and links nothing', async () => {
    on.offers.set('tok', { account: { channel: 'slack', team: 'T', user: 'U' }, shownAs: 'ann' })
    for (const path of [looked('/requests/:id'), '/link/tok', '/logout']) {
      expect((await on.send('POST', path, { form: { token: 'x' } })).status).toBe(303)
    }
    expect(on.desk.decisions).toEqual([])
    expect(on.confirmed).toEqual([])
  })
})

describe('a login', () => {
  it('leads to the page that was asked for, with a new session each time, and is on record', async () => {
    const path = looked('/requests/:id')
    const answer = await on.logIn(path)
    expect([answer.status, answer.headers?.['location']]).toEqual([303, path])
    const first = on.cookies.get('__Host-bothkeys')
    expect(on.loggedIn).toMatchObject([{ subject: { id: 'ann' } }])
    await on.logIn()
    expect(on.cookies.get('__Host-bothkeys')).not.toBe(first)
    const old = await on.send('GET', '/', { headers: { cookie: `__Host-bothkeys=${first ?? ''}` } })
    expect(old.status).toBe(303)
    expect(on.cookies.has('__Host-bothkeys-login')).toBe(false)
  })

  it('takes over no session id that somebody else chose', async () => {
    on.cookies.set('__Host-bothkeys', 'a'.repeat(43))
    await on.logIn()
    expect(on.cookies.get('__Host-bothkeys')).not.toBe('a'.repeat(43))
    const fixed = await on.send('GET', '/', { headers: { cookie: `__Host-bothkeys=${'a'.repeat(43)}` } })
    expect(fixed.status).toBe(303)
  })

  it('leads to the list when another site was asked for', async () => {
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
      expect((await on.logIn(to)).headers?.['location']).toBe('/')
    }
  })

  it('is not finished by a browser that did not begin it, nor twice, nor by another method', async () => {
    await on.get('/login/house')
    const cookie = on.cookies.get('__Host-bothkeys-login') ?? ''
    on.cookies.clear()
    expect((await on.get('/login/house/callback?code=c')).status).toBe(400)
    expect(on.login.finished).toEqual([])
    on.cookies.set('__Host-bothkeys-login', cookie)
    expect((await on.get('/login/house/callback?code=c')).status).toBe(303)
    on.cookies.set('__Host-bothkeys-login', cookie)
    expect((await on.get('/login/house/callback?code=c')).status).toBe(400)
    expect(on.refused).toEqual(['login-not-begun', 'login-not-begun'])
  })

  it('gives its method the state that it had, the form that was posted, and the address of the callback', async () => {
    await on.get('/login/house')
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://idp.example',
      'sec-fetch-site': 'cross-site',
    }
    const answer = await on.send('POST', '/login/house/callback', { form: { SAMLResponse: 'x' }, headers })
    expect(answer.status).toBe(303)
    expect(on.login.finished[0]?.state).toMatch(/^state of [\w-]{43}$/u)
    expect(on.login.finished[0]?.form.get('SAMLResponse')).toBe('x')
    // What goes to the provider is not what the browser is known by.
    expect(on.login.finished[0]?.state).not.toContain(on.cookies.get('__Host-bothkeys') ?? 'none')
  })

  it.each<readonly [string, Trouble, number]>([
    ['the provider cannot be asked', { begin: true }, 502],
    ['it leads to an address that is not secure', { redirect: 'http://evil.example/' }, 502],
    ['it leads to a script', { redirect: 'javascript:alert(1)' }, 502],
    ['the provider does not log them in', { finish: true }, 400],
    ['it does not say who it is', { who: { subject: { issuer: 'https://login.example', id: '' } } }, 400],
    ['it is of no level that a login has', { who: { level: 'channel' as never } }, 400],
    ['it does not say when', { who: { authenticatedAtMs: NaN } }, 400],
    ['it is over', { who: { expiresAtMs: 1 } }, 400],
    [
      'it is of an issuer that the login does not speak for',
      { who: { subject: { issuer: 'https://x', id: 'ann' } } },
      400,
    ],
    ['the directory does not know them', { who: { subject: { issuer: 'https://login.example', id: 'mallory' } } }, 403],
    ['the directory is down', { isDown: true }, 503],
    ['it cannot be recorded', { unrecorded: true }, 503],
  ])('lets nobody in when %s', async (_what, { begin, finish, isDown, redirect, unrecorded, who }, status) => {
    if (begin !== undefined) on.login.fails = 'begin'
    if (finish !== undefined) on.login.fails = 'finish'
    if (redirect !== undefined) on.login.redirect = redirect
    if (who !== undefined) on.login.who = who
    on.desk.isDirectoryDown = isDown !== undefined
    on.failing.login = unrecorded !== undefined
    const begun = await on.get('/login/house')
    const answer = begun.status === 303 ? await on.get('/login/house/callback?code=c') : begun
    expect(answer.status).toBe(status)
    expect(on.textOf(answer)).not.toContain('secret words')
    expect(on.cookies.has('__Host-bothkeys')).toBe(false)
    on.desk.isDirectoryDown = false
    expect((await on.get('/')).status).toBe(303)
  })

  it('of no name that is known is none', async () => {
    expect((await on.get('/login/other')).status).toBe(404)
    expect((await on.get('/login/__proto__')).status).toBe(404)
    expect((await on.get('/login/other/callback')).status).toBe(404)
  })
})

describe('somebody who is logged in', () => {
  beforeEach(() => on.logIn())

  it('sees nothing any more once the directory does not let them', async () => {
    on.desk.people.set('ann', 'disabled')
    for (const path of ['/', '/history', looked('/requests/:id')]) {
      const answer = await on.get(path)
      expect(answer.status).toBe(403)
      expect(on.textOf(answer)).not.toContain('invoices')
    }
    on.desk.isDirectoryDown = true
    expect((await on.get('/')).status).toBe(503)
    expect(on.refused).toContain('refused-by-directory')
    expect((await on.get('/events')).stream).toBeUndefined()
  })

  it('is logged out by the form alone', async () => {
    expect((await on.send('POST', '/logout', { form: { token: 'x' } })).status).toBe(403)
    expect((await on.get('/')).status).toBe(200)
    const token = await on.field('/', 'token')
    const kept = on.cookies.get('__Host-bothkeys') ?? ''
    expect((await on.send('POST', '/logout', { form: { token } })).headers?.['location']).toBe('/login')
    expect(on.cookies.size).toBe(0)
    on.cookies.set('__Host-bothkeys', kept)
    expect((await on.get('/')).status).toBe(303)
  })
})

describe('a decision', () => {
  beforeEach(() => on.logIn())

  it('goes to the desk as it was made', async () => {
    expect((await on.decide('plain')).status).toBe(303)
    expect(on.desk.decisions).toEqual([
      {
        id: requestOf('plain').id,
        decision: 'allow',
        level: 'signed',
        person: { subject: { issuer: 'https://login.example', id: 'ann' }, name: 'Ann' },
        via: { kind: 'page', name: 'house' },
        viewDigest: requestOf('plain').view.digest,
      },
    ])
  })

  it('is of the level at which they logged in', async () => {
    on.login.who = { level: 'phishing-resistant' }
    await on.logIn()
    await on.decide('plain')
    expect(on.desk.decisions).toMatchObject([{ level: 'phishing-resistant' }])
  })

  it('has its reason when it is a no, and at most a thousand characters of it', async () => {
    expect((await on.decide('plain', { decision: 'deny', reason: 'x'.repeat(1_001) })).status).toBe(400)
    expect((await on.decide('plain', { decision: 'deny', reason: 'not <b>now</b>' })).status).toBe(303)
    expect(on.desk.decisions).toMatchObject([{ decision: 'deny', reason: 'not <b>now</b>' }])
  })

  it.each<readonly [string, Record<string, string>, number]>([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['another host of the domain', { origin, 'sec-fetch-site': 'same-site' }, 403],
    ['another site, as its Origin says', { origin: 'https://evil.example' }, 403],
    ['the address bar', { origin, 'sec-fetch-site': 'none' }, 403],
    ['nobody knows where', { origin: 'null', 'sec-fetch-site': undefined as never }, 403],
    ['nobody says where', { origin: undefined as never, 'sec-fetch-site': undefined as never }, 403],
    ['no form', { 'content-type': 'text/plain' }, 400],
    ['JSON', { 'content-type': 'application/json' }, 400],
  ])('that comes from %s is none', async (_what, headers, status) => {
    expect((await on.decide('plain', {}, headers)).status).toBe(status)
    expect(on.desk.decisions).toEqual([])
  })

  it.each<readonly [string, Record<string, string>]>([
    ['of a browser that says where from and no Origin', { origin: 'null' }],
    ['of a browser that says its Origin alone', { 'sec-fetch-site': undefined as never }],
  ])('is taken from a page of ours %s', async (_what, headers) => {
    expect((await on.decide('plain', {}, headers)).status).toBe(303)
  })

  it.each<readonly [string, Record<string, string>, number]>([
    ['without a token', { token: '' }, 403],
    ['with the token of nobody', { token: 'a'.repeat(43) }, 403],
    ['with another field', { more: '1' }, 400],
    ['that is neither yes nor no', { decision: 'maybe' }, 400],
    ['about another view', { view: '0'.repeat(64) }, 409],
  ])('%s is none', async (_what, form, status) => {
    expect((await on.decide('plain', form)).status).toBe(status)
    expect(on.desk.decisions).toEqual([])
  })

  it('with a field twice is none', async () => {
    const token = await on.field('/', 'token')
    const view = requestOf('plain').view.digest
    const body = Buffer.from(`token=${token}&view=${view}&decision=deny&decision=allow`)
    const cookie = `__Host-bothkeys=${on.cookies.get('__Host-bothkeys') ?? ''}`
    const answer = await routed(on.routes, 'POST', new URL(looked('/requests/:id'), origin), {
      body,
      headers: { ...ownForm, cookie },
    })
    expect(answer.status).toBe(400)
    expect(on.desk.decisions).toEqual([])
  })

  it('with the token of another session is none', async () => {
    const token = await on.field('/', 'token')
    await on.logIn()
    expect((await on.decide('plain', { token })).status).toBe(403)
  })

  it('needs a login of the last fifteen minutes, and says where to get one', async () => {
    on.clock.ms -= 400_000
    await on.logIn()
    on.clock.ms += 899_999
    expect(on.textOf(await on.get(looked('/requests/:id')))).not.toContain('too old')
    on.clock.ms += 1
    const shown = on.textOf(await on.get(looked('/requests/:id')))
    expect(shown).toContain('Your login is too old to decide.')
    expect(shown).toContain(`href="/login?to=${looked('/requests/:id')}"`)
    expect((await on.decide('plain')).status).toBe(409)
    expect((await on.decide('plain', { decision: 'deny' })).status).toBe(409)
    expect(on.desk.decisions).toEqual([])
  })

  it('comes in time', async () => {
    on.clock.ms += 600_000
    expect((await on.decide('plain')).status).toBe(409)
    expect(on.desk.decisions).toEqual([])
  })

  it('is said to be of the account that made it, whatever it calls itself', async () => {
    on.login.who = { name: 'bob' }
    await on.logIn()
    expect((await on.decide('plain')).status).toBe(303)
    const by = 'ann (bob) approved'
    for (const path of ['/', '/requests/:id'])
      expect(on.textOf(await on.get(looked(path)))).not.toContain('>bob approved')
    expect(on.textOf(await on.get(looked('/requests/:id')))).toContain(by)
    let told = ''
    const { stream } = await on.get('/events')
    await stream?.((chunk) => {
      told += chunk
      return false
    }, new AbortController().signal)
    expect(told).toContain(by)
    on.desk.end(requestOf('plain').id, 'consumed')
    expect(on.textOf(await on.get('/history'))).toContain(by)
  })

  it('is made once by each', async () => {
    await on.decide('plain')
    expect((await on.decide('plain', { decision: 'deny' })).status).toBe(409)
    expect(on.desk.decisions).toHaveLength(1)
  })

  it('about what is cut or masked can be a no alone', async () => {
    expect((await on.decide('cut')).status).toBe(409)
    on.desk.masked.add('ann')
    expect((await on.decide('plain')).status).toBe(409)
    expect(on.desk.decisions).toEqual([])
    expect((await on.decide('cut', { decision: 'deny' })).status).toBe(303)
    expect((await on.decide('plain', { decision: 'deny' })).status).toBe(303)
    expect(on.textOf(await on.get(looked('/requests/:id')))).not.toContain('paid = true')
  })

  it('about what is grave is approved by typing its digest', async () => {
    const typed = digestPrefix(requestOf('grave'))
    for (const wrong of [{}, { typed: '' }, { typed: `${typed}0` }, { typed: typed.slice(1) }]) {
      expect((await on.decide('grave', wrong)).status).toBe(400)
    }
    expect(on.desk.decisions).toEqual([])
    expect((await on.decide('grave', { typed: ` ${typed.toUpperCase()} ` })).status).toBe(303)
  })

  it('about what is grave can be a no at once', async () => {
    expect((await on.decide('grave', { decision: 'deny' })).status).toBe(303)
  })

  it.each<readonly [DeskRefusal, number]>([
    ['already-answered', 409],
    ['directory-unavailable', 503],
    ['expired', 409],
    ['failed', 503],
    ['malformed', 400],
    ['other-view', 409],
    ['over', 409],
    ['partial-view', 409],
    ['refused-by-directory', 403],
    ['too-many', 429],
    ['unknown', 404],
  ])('that the desk refuses is said to be none: %s', async (reason, status) => {
    on.desk.refusal = reason
    const answer = await on.decide('plain')
    expect(answer.status).toBe(status)
    expect(on.textOf(answer)).toContain('Nothing was decided')
  })

  it('about what is over shows how it ended', async () => {
    on.desk.end(requestOf('plain').id, 'expired')
    const answer = await on.decide('plain')
    expect(answer.status).toBe(409)
    expect(on.textOf(answer)).toContain('This request is over')
    expect((await on.get(`/requests/${'f'.repeat(32)}`)).status).toBe(404)
  })

  it('says nothing of why when something fails', async () => {
    on.desk.decide = () => Promise.reject(new Error('secret words'))
    const answer = await on.decide('plain')
    expect(answer.status).toBe(500)
    expect(on.textOf(answer)).not.toContain('secret words')
    expect(on.failures).toHaveLength(1)
  })
})

describe('a link', () => {
  const account = { channel: 'slack', team: 'T<b>1', user: 'U1' }

  beforeEach(async () => {
    on.offers.set('tok', { account, shownAs: 'ann.n <img src=x>' })
    await on.logIn()
  })

  it('shows which account will be whose, and is confirmed by the form alone, which shows a code', async () => {
    const shown = on.textOf(await on.get('/link/tok'))
    for (const text of ['ann.n &lt;img src=x&gt;', 'T&lt;b&gt;1', 'U1', 'slack', 'Ann']) expect(shown).toContain(text)
    expect(on.confirmed).toEqual([])
    expect((await on.send('POST', '/link/tok', { form: { token: 'x' } })).status).toBe(403)
    const token = await on.field('/link/tok', 'token')
    const foreign = { headers: { 'sec-fetch-site': 'cross-site' }, form: { token } }
    expect((await on.send('POST', '/link/tok', foreign)).status).toBe(403)
    expect(on.confirmed).toEqual([])
    expect(on.textOf(await on.send('POST', '/link/tok', { form: { token } }))).toContain('ABCD2345')
    expect(on.confirmed).toMatchObject([{ account, person: { subject: { id: 'ann' } } }])
    expect((await on.send('POST', '/link/tok', { form: { token } })).status).toBe(404)
  })

  it('is made by a last word at the page, in the same login, after the code was entered', async () => {
    const token = await on.field('/link/tok', 'token')
    const last = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      on.send('POST', '/link/tok/last', { form, headers })
    expect((await last({ token })).status).toBe(404)
    await on.send('POST', '/link/tok', { form: { token } })
    for (const answer of [await on.get('/link/tok'), await last({ token })]) {
      expect(answer.status).toBe(409)
      expect(on.textOf(answer)).not.toContain('ABCD2345')
    }
    on.begun.get('tok')!.isEntered = true
    const shown = on.textOf(await on.get('/link/tok'))
    for (const text of ['ann.n &lt;img src=x&gt;', 'T&lt;b&gt;1', 'U1', 'Ann', '/link/tok/last'])
      expect(shown).toContain(text)
    expect((await last({ token: 'x' })).status).toBe(403)
    expect((await last({ token }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(on.linked).toEqual([])
    expect((await last({ token })).status).toBe(200)
    expect(on.linked).toEqual([account])
    expect((await on.get('/link/tok')).status).toBe(404)
  })

  it('has no last word in another login of the same person, nor in an old one', async () => {
    const token = await on.field('/link/tok', 'token')
    await on.send('POST', '/link/tok', { form: { token } })
    on.begun.get('tok')!.isEntered = true
    on.clock.ms += 900_000
    expect((await on.send('POST', '/link/tok/last', { form: { token } })).status).toBe(409)
    on.clock.ms -= 900_000
    await on.logIn()
    expect((await on.get('/link/tok')).status).toBe(404)
    const other = await on.field('/', 'token')
    expect((await on.send('POST', '/link/tok/last', { form: { token: other } })).status).toBe(404)
    expect(on.linked).toEqual([])
  })

  it('is not made by an old login', async () => {
    const token = await on.field('/link/tok', 'token')
    on.clock.ms += 900_000
    expect((await on.send('POST', '/link/tok', { form: { token } })).status).toBe(409)
    expect(on.confirmed).toEqual([])
  })
})

describe('the live list', () => {
  const open = async () => {
    const gone = new AbortController()
    const chunks: string[] = []
    const { headers, status, stream } = await on.get('/events')
    const done = stream?.((chunk) => {
      chunks.push(chunk)
      return true
    }, gone.signal)
    return { chunks, done, gone, headers, status }
  }

  it('says what is pending at once and at each change, in one event each, and listens no longer than it is read', async () => {
    await on.logIn()
    const { chunks, done, gone, headers } = await open()
    expect(headers?.['content-type']).toBe('text/event-stream')
    await expect.poll(() => chunks.length).toBe(1)
    expect(chunks[0]?.split('\n')).toHaveLength(4)
    expect(JSON.parse(/^data: (.*)$/mu.exec(chunks[0] ?? '')?.[1] ?? '')).toMatchObject({
      isWhole: true,
      entries: [{ id: requestOf('plain').id }, {}, {}],
    })
    on.desk.end(requestOf('plain').id, 'expired')
    await expect.poll(() => chunks.length).toBe(2)
    expect(chunks[1]).not.toContain(requestOf('plain').id)
    gone.abort()
    await done
    expect(on.desk.listening).toBe(0)
  })

  it.each([
    ['the directory does not let them in', () => on.desk.people.set('ann', 'disabled')],
    ['they logged out', async () => on.send('POST', '/logout', { form: { token: await on.field('/', 'token') } })],
  ])('ends when %s', async (_what, change) => {
    await on.logIn()
    const { chunks, done } = await open()
    await expect.poll(() => chunks.length).toBe(1)
    await change()
    on.clock.ms += 5_000
    on.desk.end(requestOf('plain').id, 'expired')
    await done
    expect(chunks.slice(1)).toEqual(['event: over\ndata: {}\n\n'])
  })

  it('ends when it is not read', async () => {
    await on.logIn()
    const { stream } = await on.get('/events')
    await stream?.(() => false, new AbortController().signal)
    expect(on.desk.listening).toBe(0)
  })

  it('is open at most twelve times for the same person', async () => {
    await on.logIn()
    const all = await Promise.all(Array.from({ length: 12 }, open))
    expect((await open()).status).toBe(429)
    for (const { gone } of all) gone.abort()
    for (const { done } of all) await done
    const again = await open()
    expect(again.status).toBe(200)
    again.gone.abort()
    await again.done
  })

  it('is counted before it begins, so that no more come in at once', async () => {
    await on.logIn()
    const came = await Promise.all(Array.from({ length: 20 }, () => on.get('/events')))
    expect(came.filter(({ status }) => status === 200)).toHaveLength(12)
  })

  it('is no use of the session', async () => {
    on = bench({ sessionIdleS: 100 })
    await on.logIn()
    on.clock.ms += 60_000
    const { gone, done } = await open()
    gone.abort()
    await done
    on.clock.ms += 60_000
    expect((await on.get('/')).status).toBe(303)
  })
})

describe('pages are not made', () => {
  const login = new LoginByWord(() => 0)
  const like = (changes: Partial<LoginMethod>): LoginMethod => ({
    ...login,
    begin: (asked) => login.begin(asked),
    finish: (answer) => login.finish(answer),
    ...changes,
  })
  it.each<readonly [string, string, readonly LoginMethod[], object]>([
    ['without a login', origin, [], {}],
    ['with two logins of a name', origin, [login, like({ issuer: 'https://other.example' })], {}],
    ['with two logins that speak for the same issuer', origin, [login, like({ name: 'other' })], {}],
    ['with a login that speaks for nobody', origin, [like({ issuer: '' })], {}],
    ['with a login of an earlier kind', origin, [like({ issuer: undefined as unknown as string })], {}],
    ['with a login whose name is no part of an address', origin, [like({ name: '../x' })], {}],
    ['with a path', `${origin}/approvals`, [login], {}],
    ['over plain http', 'http://approvals.example', [login], {}],
    ['with an option that does not exist', origin, [login], { sessionIdle: 1 }],
    ['with no time to decide', origin, [login], { decideWithinS: 0 }],
    ['with sessions of more than a day', origin, [login], { sessionS: 86_401 }],
  ])('%s', (_what, url, logins, options) => {
    expect(() => relayPages(url, logins, { options })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})
