import { describe, expect, it } from 'vitest'
import { BegunLogins } from '../../src/pages/begun-logins.js'
import { PageCookies } from '../../src/pages/page-cookies.js'
import { holdsToken, PageSessions } from '../../src/pages/page-sessions.js'
import { returnPath } from '../../src/pages/return-path.js'
import type { LoggedIn } from '../../src/logins/login-method.js'
import { HandClock } from './relay-pages.js'

const limits = { idleS: 100, wholeS: 1_000, decideWithinS: 50 }

function bench() {
  const clock = new HandClock()
  const sessions = new PageSessions(clock, limits)
  const login = (more: Partial<LoggedIn> = {}): LoggedIn => ({
    subject: { issuer: 'https://login.example', id: 'ann' },
    level: 'signed',
    authenticatedAtMs: clock.wallMs(),
    ...more,
  })
  return { clock, sessions, login }
}

describe('a session of the pages', () => {
  it('has an id of 256 random bits that nothing but the browser has', () => {
    const { login, sessions } = bench()
    const id = sessions.begin(login(), 'house')
    expect(id).toMatch(/^[\w-]{43}$/u)
    expect(sessions.begin(login(), 'house')).not.toBe(id)
    expect(sessions.find(id)?.person.subject.id).toBe('ann')
    expect(sessions.find(`${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined()
    expect(sessions.find(undefined)).toBeUndefined()
  })

  it('is over when it was not used for long, and being looked up is a use', () => {
    const { clock, login, sessions } = bench()
    const id = sessions.begin(login(), 'house')
    clock.ms += 99_000
    expect(sessions.find(id)).toBeDefined()
    clock.ms += 99_000
    expect(sessions.find(id)).toBeDefined()
    clock.ms += 100_000
    expect(sessions.find(id)).toBeUndefined()
    clock.ms -= 100_000
    expect(sessions.find(id)).toBeUndefined()
  })

  it('is not kept by a page that is left open', () => {
    const { clock, login, sessions } = bench()
    const id = sessions.begin(login(), 'house')
    clock.ms += 99_000
    expect(sessions.peek(id)).toBeDefined()
    clock.ms += 1_000
    expect(sessions.peek(id)).toBeUndefined()
  })

  it('is over after its whole time however much it is used, and when the login says so', () => {
    const { clock, login, sessions } = bench()
    const short = sessions.begin(login({ expiresAtMs: clock.wallMs() + 150_000 }), 'house')
    const whole = sessions.begin(login(), 'house')
    for (let ms = 0; ms < 990_000; ms += 90_000) {
      expect(sessions.find(short) !== undefined).toBe(ms < 150_000)
      expect(sessions.find(whole)).toBeDefined()
      clock.ms += 90_000
    }
    clock.ms += 10_000
    expect(sessions.find(whole)).toBeUndefined()
  })

  it('decides only for a while after the person authenticated, which may be before the session began', () => {
    const { clock, login, sessions } = bench()
    const fresh = sessions.find(sessions.begin(login(), 'house'))!
    const old = sessions.find(sessions.begin(login({ authenticatedAtMs: clock.wallMs() - 49_000 }), 'house'))!
    const future = sessions.find(sessions.begin(login({ authenticatedAtMs: clock.wallMs() + 49_000 }), 'house'))!
    expect([fresh, old, future].map((session) => sessions.mayDecide(session))).toEqual([true, true, true])
    clock.ms += 1_000
    expect([fresh, old, future].map((session) => sessions.mayDecide(session))).toEqual([true, false, true])
    clock.ms += 49_000
    expect([fresh, old, future].map((session) => sessions.mayDecide(session))).toEqual([false, false, false])
  })

  it('ends at logout', () => {
    const { login, sessions } = bench()
    const id = sessions.begin(login(), 'house')
    sessions.end(id)
    expect(sessions.find(id)).toBeUndefined()
  })

  it('pushes out the oldest of the same person, and of nobody else, beyond twenty', () => {
    const { login, sessions } = bench()
    const other = sessions.begin(login({ subject: { issuer: 'https://login.example', id: 'bob' } }), 'house')
    const ids = Array.from({ length: 21 }, () => sessions.begin(login(), 'house'))
    expect(ids.map((id) => sessions.find(id) !== undefined)).toEqual([false, ...Array<boolean>(20).fill(true)])
    expect(sessions.find(other)).toBeDefined()
  })

  it('has a token for its forms that no other has', () => {
    const { login, sessions } = bench()
    const [one, two] = [sessions.find(sessions.begin(login(), 'a'))!, sessions.find(sessions.begin(login(), 'a'))!]
    expect(holdsToken(one, one.formToken)).toBe(true)
    for (const sent of [null, '', two.formToken, `${one.formToken}x`]) expect(holdsToken(one, sent)).toBe(false)
  })
})

describe('a login that was begun', () => {
  const login = { method: 'house', state: 'verifier-of-a-code', to: '/history' }

  it('is taken once, by the browser that began it, within ten minutes', () => {
    const clock = new HandClock()
    const begun = new BegunLogins(clock)
    const [one, two] = [begun.seal(login), begun.seal(login)]
    expect(one).not.toBe(two)
    expect(begun.take(undefined)).toBeUndefined()
    expect(begun.take(one)).toEqual(login)
    expect(begun.take(one)).toBeUndefined()
    // The same bytes in another spelling are the same.
    expect(begun.take(`${one}=`)).toBeUndefined()
    clock.ms += 600_000
    expect(begun.take(two)).toBeUndefined()
  })

  it('is not pushed out, however many others are begun or finished', () => {
    const begun = new BegunLogins(new HandClock())
    const first = begun.seal(login)
    for (let each = 0; each < 10_001; each++) {
      const other = begun.seal(login)
      if (each % 2 === 0) begun.take(other)
    }
    expect(begun.take(first)).toEqual(login)
  })

  it('says nothing to whoever has it, and is good where it was sealed alone', () => {
    const begun = new BegunLogins(new HandClock())
    const sealed = begun.seal(login)
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('verifier')
    expect(new BegunLogins(new HandClock()).take(sealed)).toBeUndefined()
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed.charAt(at) === 'A' ? 'Q' : 'A'
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
      // The last letter may have bits that are no part of it.
      if (at < sealed.length - 1) expect(begun.take(changed)).toBeUndefined()
    }
    for (const length of [0, 10, 38, sealed.length - 4]) expect(begun.take(sealed.slice(0, length))).toBeUndefined()
    expect(begun.take(sealed)).toEqual(login)
  })

  it('forgets the oldest of ten thousand that were taken, and what is over', () => {
    const begun = new BegunLogins(new HandClock())
    const all = Array.from({ length: 10_001 }, () => begun.seal(login))
    for (const each of all) begun.take(each)
    expect([begun.take(all[1]), begun.take(all[0])]).toEqual([undefined, login])
  })

  it('is none when its state is longer than a browser keeps', () => {
    const begun = new BegunLogins(new HandClock())
    expect(() => begun.seal({ ...login, state: 'x'.repeat(2_700) })).toThrow(/longer than a browser keeps/u)
    expect(begun.take(begun.seal({ ...login, state: 'x'.repeat(2_400) }))?.state).toHaveLength(2_400)
  })
})

describe('a cookie of the pages', () => {
  const value = 'a'.repeat(43)

  it('is one of the host alone, secure, and not for scripts, on https', () => {
    const cookies = new PageCookies(true)
    expect(cookies.set('session', value)).toBe(`__Host-bothkeys=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`)
    expect(cookies.set('login', value)).toBe(`__Host-bothkeys-login=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`)
    expect(cookies.clear('session')).toBe('__Host-bothkeys=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax')
    expect(cookies.read(`__Host-bothkeys=${value}`, 'session')).toBe(value)
  })

  it.each([
    [true, '__Host-bothkeys-login'],
    [false, 'bothkeys-login'],
  ])('comes along from another site when the answer of a login is posted, with https %j', (isHttps, name) => {
    const cookies = new PageCookies(isHttps)
    const attributes = 'Path=/; Secure; HttpOnly; SameSite=None'
    expect(cookies.set('login', value, { isPosted: true })).toBe(`${name}=${value}; ${attributes}`)
    expect(cookies.clear('login', { isPosted: true })).toBe(`${name}=; Max-Age=0; ${attributes}`)
  })

  it('has no prefix on loopback', () => {
    const cookies = new PageCookies(false)
    expect(cookies.set('session', value)).toBe(`bothkeys=${value}; Path=/; HttpOnly; SameSite=Lax`)
    expect(cookies.set('login', value)).toBe(`bothkeys-login=${value}; Path=/; HttpOnly; SameSite=Lax`)
    expect(cookies.read(`a=b; bothkeys-login=${value}; c`, 'login')).toBe(value)
    expect(cookies.read(`bothkeys-login=${'a'.repeat(3_501)}`, 'login')).toBeUndefined()
  })

  it.each([
    ['none', undefined],
    ['one without the prefix', `bothkeys=${value}`],
    ['two of the name', `__Host-bothkeys=${value}; __Host-bothkeys=${'b'.repeat(43)}`],
    ['one of another form', '__Host-bothkeys=../../x'],
    ['one that is too long', `__Host-bothkeys=${value}a`],
  ])('is not read when there is %s', (_what, header) => {
    expect(new PageCookies(true).read(header, 'session')).toBeUndefined()
  })
})

describe('where a login leads', () => {
  it.each(['/', '/history', `/requests/${'0'.repeat(32)}`, '/link/a_B-1'])('is a page of ours: %s', (path) => {
    expect(returnPath(path)).toBe(path)
  })

  it.each([
    null,
    undefined,
    '',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/requests/../../x',
    '/requests/0?x=https://evil.example',
    '/link/a/b',
    '/history\r\nset-cookie: a=b',
    '/logout',
    ' /history',
    '/history\n',
  ])('is the list for anything else: %j', (path) => {
    expect(returnPath(path)).toBe('/')
  })
})
