import type { LoginMethod } from '@bothkeys/approval-relay'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import type { SamlLogin } from '../src/index.js'
import { answered, asked, PlainBrowser } from './relay-login.js'
import { loginOf, SamlRelay } from './saml-relay.js'
import { idp, strangerKeys } from './test-idp.js'

const callback = '/login/saml/callback'
const entryPoint = 'https://idp.example.com/sso'
let on: SamlRelay
let url: string

beforeAll(async () => {
  on = await SamlRelay.start([
    loginOf({ name: 'saml', entryPoint }),
    loginOf({ name: 'other', entryPoint, issuer: 'https://other.example.com' }),
  ])
  url = on.url
})
afterAll(() => on.close())

const recorded = (type: string) => on.journal.events.filter((event) => event.type === type)
const messages = () => on.failures.splice(0).map((failure) => (failure as Error).message)
const inForm = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`, 'u').exec(page)?.[1] ?? ''
const isLoggedIn = async (browser: PlainBrowser): Promise<boolean> => (await browser.get('/')).status === 200
const loggedIn = async (): Promise<PlainBrowser> => {
  const browser = new PlainBrowser(url)
  await browser.postFromElsewhere(callback, answered(await browser.begin()))
  expect(await isLoggedIn(browser)).toBe(true)
  return browser
}

/** A login that is refused as one of the identity provider's, with the reason for the operator alone. */
async function expectRefused(
  browser: PlainBrowser,
  form: Record<string, string>,
  reason: RegExp,
  at = callback,
): Promise<void> {
  const answer = await browser.postFromElsewhere(at, form)
  expect([answer.status, answer.location]).toEqual([400, ''])
  expect(answer.text).toContain('what it said was refused')
  expect(messages()).toEqual([expect.stringMatching(reason)])
  expect(await isLoggedIn(browser)).toBe(false)
}

describe('an approver who logs in by SAML at a relay', () => {
  it('approves what waits, which runs once, and both journals say who it was', async () => {
    const running = on.engine.attempt({ text: 'update invoices set paid = true where id = 7' })
    const browser = new PlainBrowser(url)
    const location = await browser.begin()
    expect(new URL(location).origin).toBe('https://idp.example.com')
    expect(asked(location).acs).toBe(`${url}${callback}`)
    const entered = await browser.postFromElsewhere(callback, answered(location))
    expect([entered.status, entered.location]).toEqual([303, '/'])
    expect(browser.cookies.get('bothkeys')).toMatch(/; HttpOnly; SameSite=Lax$/u)
    expect(browser.cookies.has('bothkeys-login')).toBe(false)

    let list = ''
    await expect.poll(async () => (list = (await browser.get('/')).text)).toMatch(/\/requests\/[0-9a-f]{32}/u)
    const path = /\/requests\/[0-9a-f]{32}/u.exec(list)?.[0] ?? ''
    const page = (await browser.get(path)).text
    const form = { token: inForm(page, 'token'), view: inForm(page, 'view'), decision: 'allow' }
    expect((await browser.post(path, form)).status).toBe(303)
    expect(await running).toBe('ran')
    expect(on.engine.ran).toEqual(['update invoices set paid = true where id = 7'])

    expect(recorded('relay.login').at(-1)).toMatchObject({
      who: { issuer: idp, id: 'ann' },
      method: 'saml',
      level: 'signed',
    })
    expect(recorded('relay.answered').at(-1)).toMatchObject({ by: { issuer: idp, id: 'ann' }, via: 'page:saml' })
    const votes = on.engine.journal.events.filter(({ type }) => type === 'approval.vote')
    expect(JSON.stringify(votes)).toContain(JSON.stringify({ id: 'ann', issuer: idp }))
    expect(votes).toHaveLength(1)
    await expect
      .poll(async () => (await browser.get('/history')).text)
      .toMatch(/ann \(Ann\) approved \(signed, by saml\)/u)
    // The form again, from the page that is still open: nothing runs twice.
    expect((await browser.post(path, form)).status).toBe(409)
    expect(on.engine.ran).toHaveLength(1)
    expect(on.failures).toEqual([])
  })

  it('is let in by a response once, also in the same browser', async () => {
    const browser = new PlainBrowser(url)
    const location = await browser.begin()
    const form = answered(location)
    await browser.postFromElsewhere(callback, form)
    expect(await isLoggedIn(browser)).toBe(true)
    browser.cookies.clear()
    const again = await browser.postFromElsewhere(callback, form)
    expect([again.status, recorded('relay.refused').at(-1)?.['reason']]).toEqual([400, 'login-not-begun'])
    await browser.begin()
    await expectRefused(browser, form, /another login/u)
    const { relayState } = asked(await browser.begin())
    // On a slow machine, who logged in for the first one did so too long ago for this one.
    await expectRefused(browser, { ...form, RelayState: relayState }, /no request of ours|did not log in again/u)
    const { relayState: next } = asked(await browser.begin())
    await expectRefused(browser, { ...answered(location), RelayState: next }, /no request of ours/u)
  })

  it('finishes the login that their browser began, and no other', async () => {
    const [mine, theirs] = [new PlainBrowser(url), new PlainBrowser(url)]
    const [here, there] = [await mine.begin(), await theirs.begin()]
    await expectRefused(mine, answered(there), /another login/u)
    const location = await mine.begin()
    await expectRefused(mine, { ...answered(there), RelayState: asked(location).relayState }, /no request of ours/u)
    // Neither of them used theirs up.
    await theirs.postFromElsewhere(callback, answered(there))
    expect(await isLoggedIn(theirs)).toBe(true)
    expect((await mine.postFromElsewhere(callback, answered(here))).status).toBe(400)
  })

  it('is not let in by a response that answers nothing', async () => {
    const browser = new PlainBrowser(url)
    const location = await browser.begin()
    const unasked = answered(location, { responseInResponseTo: '' })
    await expectRefused(browser, unasked, /answer different requests/u)
    await expectRefused(browser, { ...unasked, RelayState: asked(await browser.begin()).relayState }, /different/u)
  })

  it('is nobody whom a page of somebody else logs in', async () => {
    const [attacker, victim] = [new PlainBrowser(url), new PlainBrowser(url)]
    const form = answered(await attacker.begin(), { who: 'ann' })
    // The browser has begun nothing.
    expect((await victim.postFromElsewhere(callback, form)).status).toBe(400)
    expect(await isLoggedIn(victim)).toBe(false)
    // It has begun a login of its own.
    await victim.begin()
    await expectRefused(victim, form, /another login/u)
    // It is logged in, and stays who it is.
    const busy = await loggedIn()
    const session = busy.cookies.get('bothkeys')
    expect((await busy.postFromElsewhere(callback, form)).status).toBe(400)
    expect([busy.cookies.get('bothkeys'), await isLoggedIn(busy)]).toEqual([session, true])
  })

  it('is not let in by way of another login', async () => {
    const browser = new PlainBrowser(url)
    const form = answered(await browser.begin())
    const answer = await browser.postFromElsewhere('/login/other/callback', form)
    expect([answer.status, await isLoggedIn(browser)]).toEqual([400, false])
    const other = await browser.begin('other')
    const { relayState } = asked(await browser.begin())
    await expectRefused(browser, { ...answered(other), RelayState: relayState }, /Destination/u)
  })

  it('is refused by a relay whose keys are others, and when the directory does not let them in', async () => {
    const stranger: LoginMethod = loginOf({ entryPoint, certificates: strangerKeys.publicKey })
    const context = { loginId: 'l', callbackUrl: `${url}${callback}` }
    const { redirect, state } = await stranger.begin(context, AbortSignal.timeout(60_000))
    const form = new URLSearchParams(answered(redirect))
    const answer = { ...context, method: 'POST', url: new URL(context.callbackUrl), form, state }
    await expect(stranger.finish(answer, AbortSignal.timeout(60_000))).rejects.toThrow(/signature is wrong/u)
    for (const who of ['eve', 'nobody']) {
      const browser = new PlainBrowser(url)
      const entered = await browser.postFromElsewhere(callback, answered(await browser.begin(), { who }))
      expect([entered.status, await isLoggedIn(browser)]).toEqual([403, false])
    }
  })

  it('has one session, also when the cookie of the earlier one does not come along', async () => {
    const browser = await loggedIn()
    const earlier = browser.cookies.get('bothkeys') ?? ''
    const entered = await browser.postFromElsewhere(callback, answered(await browser.begin()))
    expect(entered.status).toBe(303)
    expect(browser.cookies.get('bothkeys')).not.toBe(earlier)
    expect(await isLoggedIn(browser)).toBe(true)
    browser.cookies.set('bothkeys', earlier)
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('comes by a form alone', async () => {
    const browser = new PlainBrowser(url)
    const form = answered(await browser.begin())
    expect((await browser.get(`${callback}?${String(new URLSearchParams(form))}`)).status).toBe(400)
    expect(messages()).toEqual([expect.stringMatching(/not posted/u)])
  })
})

it('a login by SAML is a login of the relay, to the letter', () => {
  expectTypeOf<Parameters<SamlLogin['begin']>>().toEqualTypeOf<Parameters<LoginMethod['begin']>>()
  expectTypeOf<Parameters<SamlLogin['finish']>>().toEqualTypeOf<Parameters<LoginMethod['finish']>>()
  expectTypeOf<ReturnType<SamlLogin['begin']>>().toEqualTypeOf<ReturnType<LoginMethod['begin']>>()
  expectTypeOf<ReturnType<SamlLogin['finish']>>().toEqualTypeOf<ReturnType<LoginMethod['finish']>>()
  expectTypeOf<keyof SamlLogin>().toEqualTypeOf<keyof LoginMethod>()
})
