import type { RelayedRequest } from '@bothkeys/core/relay'
import { digestPrefix } from '@bothkeys/core/relay'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { oidcLogin } from '../../src/logins/oidc-login.js'
import { launchChromium, Person } from './browser.js'
import type { DeskEnd } from '../../src/desk.js'
import { DeskInMemory } from './desk-in-memory.js'
import type { Wanted } from './engine-that-asks.js'
import { EngineThatAsks, onInvoices } from './engine-that-asks.js'
import { hostileTexts } from './hostile-text.js'
import { clientId, clientSecret, PeopleIssuer } from './people-issuer.js'
import { relayPages } from './relay-pages.js'
import { ServedRoutes } from './served-routes.js'

// The provider says at each start that it keeps everything in memory.
vi.spyOn(console, 'warn').mockReturnValue(undefined)
vi.spyOn(console, 'info').mockReturnValue(undefined)

let browser: Browser
let server: ServedRoutes
let issuer: PeopleIssuer
let engine: EngineThatAsks
let desk: DeskInMemory
let pages: ReturnType<typeof relayPages>
const open: Person[] = []

beforeAll(async () => {
  browser = await launchChromium()
  server = await ServedRoutes.listen()
  issuer = await PeopleIssuer.start(`${server.url}/login/house/callback`)
  issuer.names.set('ann', 'Ann Ngo').set('bob', 'Bob Ruiz').set('eve', '<b onclick=alert(1)>Eve</b>')
})
beforeEach(async () => {
  desk = new DeskInMemory((request, decision) => engine.answer(request, decision))
  for (const who of ['ann', 'bob', 'eve']) desk.people.set(who, 'known')
  const people = ({ id, issuer: of }: { readonly id: string; readonly issuer: string }) =>
    of === issuer.url && id !== 'eve' ? { roles: ['dba'], person: id } : undefined
  engine = await EngineThatAsks.start(people, (request, over) => {
    desk.add(request)
    // An engine tells a relay when a request is over.
    over.addEventListener('abort', () => desk.end(request.id, endOf(request)), { once: true })
  })
  const login = oidcLogin({ issuer: issuer.url, clientId, clientSecret, name: 'house' })
  pages = relayPages(server.url, [login], { desk })
  server.routes = pages.routes
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ context }) => context.close()))
  await engine.close()
})
afterAll(async () => {
  await browser.close()
  await server.close()
  await issuer.close()
})

async function person(who?: string, options: BrowserContextOptions = {}): Promise<Person> {
  const opened = await Person.open(browser, { relay: server.url, provider: issuer.url }, options)
  open.push(opened)
  if (who !== undefined) await opened.logIn(who)
  return opened
}

/** How a request ended of which one person who matters decided. */
function endOf({ id }: RelayedRequest): DeskEnd {
  const decided = desk.decisions.findLast((each) => each.id === id)
  if (decided === undefined) return 'withdrawn'
  return decided.decision === 'deny' ? 'denied' : 'consumed'
}

/** Sends an action and waits until it is held. */
async function held(wanted: Wanted): Promise<{ readonly running: Promise<string>; readonly request: RelayedRequest }> {
  const before = desk.pending().length
  const running = engine.attempt(wanted)
  await expect.poll(() => desk.pending().length).toBe(before + 1)
  return { running, request: desk.latest! }
}

const raise: Wanted = {
  text: "update invoices set amount = amount * 1.05\nwhere due > $1 and status = 'open'",
  parameters: ['2026-11-01'],
  effects: [
    { ...onInvoices, attributes: { columns: ['amount'] } },
    { duty: 'read', resource: 'table:public.invoices', attributes: {} },
  ],
}

const remove: Wanted = {
  text: 'delete from invoices',
  effects: [{ duty: 'delete', resource: 'table:public.invoices', attributes: { unbounded: true } }],
}

function expectQuiet({ seen }: Person): void {
  expect(seen).toEqual({ dialogs: [], elsewhere: [], violations: [] })
}

describe('a person at the pages', () => {
  it('logs in, reads what waits and approves it: it runs once, and the record says who', async () => {
    const { request, running } = await held(raise)
    const ann = await person()
    await ann.goto('/')
    await ann.picture('login')
    await ann.logIn('ann')
    await ann.picture('pending')
    await ann.press('link', 'query on orders')
    await ann.picture('request')
    expect(await ann.page.locator('main').innerText()).toContain('adds or changes rows of public.invoices')
    await ann.press('button', 'Approve')
    expect(await running).toBe('ran')
    expect(engine.ran).toEqual([raise.text])
    await expect.poll(() => desk.pending()).toEqual([])
    await ann.goto('/history')
    expect(await ann.page.locator('main').innerText()).toContain('ann (Ann Ngo) approved (signed, by house): counted')
    await ann.picture('history')
    expect(engine.journal.events.filter(({ type }) => type === 'approval.vote')).toHaveLength(1)
    expect(desk.decisions).toMatchObject([
      {
        id: request.id,
        level: 'signed',
        person: { subject: { issuer: issuer.url, id: 'ann' } },
        viewDigest: request.view.digest,
      },
    ])
    expectQuiet(ann)
  })

  it('denies with a reason, and it does not run', async () => {
    const { request, running } = await held(raise)
    const ann = await person('ann')
    await ann.goto(`/requests/${request.id}`)
    await ann.page.getByLabel('Why not?').fill('the freeze lasts until Monday <b>ask again</b>')
    await ann.picture('denying')
    await ann.press('button', 'Deny')
    expect(await running).toBe('ERR_APPROVAL_DENIED')
    expect(engine.ran).toEqual([])
    expect(desk.decisions).toMatchObject([
      { decision: 'deny', reason: 'the freeze lasts until Monday <b>ask again</b>' },
    ])
    await expect.poll(() => desk.pending()).toEqual([])
    await ann.page.reload()
    expect(await ann.page.locator('main').innerText()).toContain('the freeze lasts until Monday <b>ask again</b>')
    await ann.picture('denied')
    expectQuiet(ann)
  })

  it('types the digest of what is grave, and no other digits do', async () => {
    const { request, running } = await held({
      ...raise,
      text: 'alter table invoices add note text',
      effects: [{ duty: 'define', resource: 'table:public.invoices', attributes: {} }],
    })
    const ann = await person('ann', { colorScheme: 'dark' })
    await ann.goto(`/requests/${request.id}`)
    await ann.picture('grave-dark')
    await ann.page.getByRole('button', { name: 'Approve' }).click()
    // The browser asks for the digits before it sends anything.
    await ann.page.locator('#typed:invalid:focus').waitFor()
    expect(desk.decisions).toEqual([])
    await ann.page.getByLabel('To approve, type').fill('00000000' === digestPrefix(request) ? '00000001' : '00000000')
    await ann.press('button', 'Approve')
    expect(await ann.page.locator('main').innerText()).toContain('They were others.')
    await ann.picture('mistyped-dark')
    await ann.press('link', 'Back to the request')
    await ann.page.getByLabel('To approve, type').fill(digestPrefix(request))
    await ann.press('button', 'Approve')
    expect(await running).toBe('ran')
    expectQuiet(ann)
  })

  it.each([
    ['masked', raise, 'You cannot approve what you may not see'],
    [
      'truncated',
      {
        ...raise,
        text: `set a = 1\n${'-- and on it goes\n'.repeat(700)}`,
        effects: [{ duty: 'session' as const, resource: 'setting:a', attributes: {} }],
      },
      'You cannot approve what is not shown whole',
    ],
  ])('cannot approve a %s request, only deny it', async (what, wanted, why) => {
    const { request, running } = await held(wanted)
    if (what === 'masked') desk.masked.add('ann')
    const ann = await person('ann')
    await ann.goto(`/requests/${request.id}`)
    expect(await ann.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)
    const shown = await ann.page.locator('main').innerText()
    expect(shown).toContain(why)
    if (what === 'masked') expect(shown).not.toMatch(/amount \* 1\.05|2026-11-01/u)
    await ann.picture(what)
    // Whoever enables the button in their browser is refused all the same.
    await ann.page.locator('button.approve').evaluate((button) => button.removeAttribute('disabled'))
    await ann.press('button', 'Approve')
    expect(await ann.page.locator('main').innerText()).toContain('Nothing was decided')
    expect(desk.decisions).toEqual([])
    await ann.goto(`/requests/${request.id}`)
    await ann.press('button', 'Deny')
    expect(await running).toBe('ERR_APPROVAL_DENIED')
    expectQuiet(ann)
  })

  it('is refused when the directory does not know them, and told nothing', async () => {
    const { request } = await held(raise)
    const mallory = await person()
    await mallory.goto(`/requests/${request.id}`)
    await mallory.identify('mallory')
    expect(await mallory.page.locator('body').innerText()).toContain('You are not let in')
    await mallory.picture('not-let-in')
    await mallory.goto('/')
    expect(await mallory.page.locator('body').innerText()).not.toContain('query on orders')
    expect(await mallory.context.cookies(server.url)).toEqual([])
    desk.end(request.id, 'withdrawn')
  })
})

describe('two people at once', () => {
  it('both turn their key, each sees what the other did without reloading, and it runs once', async () => {
    const [ann, bob] = await Promise.all([person('ann'), person('bob', { viewport: { width: 390, height: 844 } })])
    const { request, running } = await held(remove)
    for (const each of [ann, bob]) await each.page.getByRole('link', { name: 'query on orders' }).waitFor()
    await bob.picture('pending-phone')
    await Promise.all([ann, bob].map((each) => each.goto(`/requests/${request.id}`)))
    await bob.picture('request-phone')
    await ann.page.getByLabel('To approve, type').fill(digestPrefix(request))
    await ann.press('button', 'Approve')
    await bob.page.getByText('ann (Ann Ngo) approved (signed, by house): counted').waitFor()
    expect(engine.ran).toEqual([])
    expect(await ann.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)
    await ann.picture('one-of-two')
    await bob.page.getByLabel('To approve, type').fill(digestPrefix(request))
    await bob.press('button', 'Approve')
    expect(await running).toBe('ran')
    expect(engine.ran).toEqual([remove.text])
    // Ann's page says so by itself.
    await ann.page.getByText('This request is over.').waitFor()
    expect(await ann.page.getByRole('button', { name: 'Deny' }).isDisabled()).toBe(true)
    await ann.picture('over-meanwhile')
    expectQuiet(ann)
    expectQuiet(bob)
  })
})

describe('the live list', () => {
  it('keeps the link that is being pressed, and the focus, while requests come and go', async () => {
    const { request } = await held(raise)
    const second = await held(remove)
    const ann = await person('ann')
    await ann.page.getByText('This list is live.').waitFor()
    const link = ann.page.locator(`a[href="/requests/${request.id}"]`)
    await link.hover()
    await ann.page.mouse.down()
    await held({ ...raise, text: 'update invoices set paid = true' })
    desk.end(second.request.id, 'withdrawn')
    await ann.page.locator(`a[href="/requests/${second.request.id}"]`).waitFor({ state: 'detached' })
    expect(await ann.page.locator('#pending > li').count()).toBe(2)
    expect(await link.evaluate('document.activeElement.href')).toContain(request.id)
    await ann.led(() => ann.page.mouse.up())
    expect(ann.page.url()).toBe(`${server.url}/requests/${request.id}`)
    expectQuiet(ann)
  })
})

describe('hostile text', () => {
  it('stays text on the list that is live, on the page of the request and in the history', async () => {
    const eve = await person('eve')
    await eve.page.getByText('This list is live.').waitFor()
    const elements = () =>
      eve.page
        .locator('script, style, iframe, base, img, svg, form, link, meta')
        .evaluateAll((all) => all.map((each) => each.outerHTML))
    const before = await elements()
    const requests: RelayedRequest[] = []
    for (const text of Object.values(hostileTexts)) {
      const { request } = await held({
        text,
        operation: text.slice(0, 80),
        agent: text.slice(0, 60).replace(/[\p{C}\p{Z}]/gu, '_'),
        parameters: [text.slice(0, 500)],
        effects: [{ duty: 'write', resource: 'table:public.t', attributes: { note: text.slice(0, 100) } }],
      })
      requests.push(request)
    }
    await expect.poll(() => eve.page.locator('#pending > li').count()).toBe(requests.length)
    expect(await elements()).toEqual(before)
    await eve.picture('hostile-list')
    await eve.page.reload()
    expect(await elements()).toEqual(before)
    for (const request of requests) {
      await eve.goto(`/requests/${request.id}`)
      // Nothing hidden, nothing that runs the other way, and no element but ours.
      expect(await eve.page.locator('body').innerText()).not.toMatch(/[\p{Cf}\u2028\u2029]/u)
      expect(
        await eve.page
          .locator('main')
          .locator('script, style, iframe, base, img, svg, a[href*=evil], [onerror], [onfocus]')
          .count(),
      ).toBe(0)
      expect(await eve.page.locator('form').count()).toBe(3)
      expect(await eve.page.locator('main').isVisible()).toBe(true)
    }
    const at = (name: string) => `/requests/${requests[Object.keys(hostileTexts).indexOf(name)]!.id}`
    for (const name of [
      'a script that ends a title',
      'text that reads backwards',
      'look-alikes',
      'a very long line',
      'letters that run the other way',
    ]) {
      await eve.goto(at(name))
      await eve.picture(`hostile-${name.replaceAll(' ', '-')}`)
    }
    for (const { id } of requests) desk.end(id, 'withdrawn')
    await eve.goto('/history')
    expect(await eve.page.locator('#pending').count()).toBe(0)
    expect(await eve.page.locator('main').locator('script, style, iframe, img, svg, form').count()).toBe(0)
    expectQuiet(eve)
  })
})

describe('the browser', () => {
  it('lets no script of anybody else run, even if there were one in a page', async () => {
    const ann = await person('ann')
    const ran = await ann.page.evaluate(`(() => {
      const script = document.createElement('script')
      try {
        script.textContent = 'globalThis.ran = true'
      } catch {
        return 'refused'
      }
      document.body.append(script)
      return String(globalThis.ran)
    })()`)
    expect(ran).toBe('refused')
    await expect.poll(() => ann.seen.violations.length).toBeGreaterThan(0)
  })

  it('keeps the session from scripts, and forgets it at logout', async () => {
    const ann = await person('ann')
    expect(await ann.page.evaluate('document.cookie')).toBe('')
    await ann.press('button', 'Log out')
    await ann.page.waitForURL(`${server.url}/login`)
    expect((await ann.context.cookies(server.url)).map(({ name }) => name)).toEqual([])
    await ann.goto('/')
    expect(ann.page.url()).toContain('/login')
    expectQuiet(ann)
  })

  it('works without a script', async () => {
    const { request, running } = await held(raise)
    const ann = await person('ann', { javaScriptEnabled: false })
    await ann.press('link', 'query on orders')
    await ann.press('button', 'Approve')
    expect(await running).toBe('ran')
    expect(desk.decisions).toMatchObject([{ id: request.id, decision: 'allow' }])
  })

  it('can be used with a keyboard alone', async () => {
    const { running } = await held(raise)
    const ann = await person('ann')
    const press = async (key: string, until: () => Promise<boolean>): Promise<void> => {
      for (let turn = 0; turn < 40 && !(await until()); turn++) await ann.page.keyboard.press(key)
    }
    const focused = (text: string) => () =>
      ann.page.evaluate<boolean>(`document.activeElement.textContent.trim() === ${JSON.stringify(text)}`)
    await press('Tab', focused('query on orders'))
    await ann.led(() => ann.page.keyboard.press('Enter'))
    await press('Tab', focused('Approve'))
    await ann.led(() => ann.page.keyboard.press('Enter'))
    expect(await running).toBe('ran')
  })
})
