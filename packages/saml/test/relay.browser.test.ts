import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, Person } from '../../approval-relay/test/pages/browser.js'
import { answered, PlainBrowser, PostingProvider } from './relay-login.js'
import { loginOf, SamlRelay } from './saml-relay.js'

let browser: Awaited<ReturnType<typeof launchChromium>>
let provider: PostingProvider
let on: SamlRelay

beforeAll(async () => {
  browser = await launchChromium()
  provider = await PostingProvider.start()
  on = await SamlRelay.start([loginOf({ entryPoint: `${provider.url}/sso` })])
})
afterAll(async () => {
  await browser.close()
  await on.close()
  await provider.close()
})

describe('a browser whose identity provider posts the response from another site', () => {
  it('is logged in by it, approves, and is logged in anew where it was', async () => {
    const running = on.engine.attempt({ text: 'update invoices set paid = true where id = 7' })
    const ann = await Person.open(browser, { relay: on.url, provider: provider.url })
    const logIn = async (at: string): Promise<void> => {
      await ann.page.getByRole('link', { name: 'Continue with' }).click()
      expect(new URL(ann.page.url()).origin).toBe(provider.url)
      await ann.page.getByRole('button', { name: 'Go' }).click()
      await ann.page.waitForURL(at)
    }
    await ann.goto('/')
    await logIn(`${on.url}/`)
    const request = ann.page.locator('a[href^="/requests/"]').first()
    await request.waitFor()
    await ann.goto((await request.getAttribute('href')) ?? '')
    await ann.page.getByRole('button', { name: 'Approve' }).click()
    expect(await running).toBe('ran')
    const cookies = async () => (await ann.context.cookies(on.url)).map(({ name, sameSite }) => `${name} ${sameSite}`)
    expect(await cookies()).toEqual(['bothkeys Lax'])

    const [earlier] = await ann.context.cookies(on.url)
    await ann.goto('/login?to=/history')
    await logIn(`${on.url}/history`)
    const [later] = await ann.context.cookies(on.url)
    expect(later?.value).not.toBe(earlier?.value)
    const old = await fetch(`${on.url}/`, {
      headers: { cookie: `bothkeys=${earlier?.value ?? ''}` },
      redirect: 'manual',
    })
    expect(old.status).toBe(303)
    expect(ann.seen).toEqual({ dialogs: [], elsewhere: [], violations: [] })
    expect(on.failures).toEqual([])
    await ann.context.close()
  })

  it('is logged in by no response that a page of somebody else posts', async () => {
    const form = answered(await new PlainBrowser(on.url).begin())
    const inputs = Object.entries(form).map(([name, value]) => `<input name="${name}" value="${value}">`)
    const ann = await Person.open(browser, { relay: on.url, provider: provider.url })
    // With and without a login that this browser began.
    for (const path of ['/', '/login/saml']) {
      await ann.goto(path)
      await ann.page.goto(`${provider.url}/`)
      await ann.page.setContent(
        `<form method="post" action="${on.url}/login/saml/callback">${inputs.join('')}<button>Win</button></form>`,
      )
      await ann.page.getByRole('button', { name: 'Win' }).click()
      await ann.page.getByText('You are not logged in').waitFor()
      await ann.goto('/')
      expect(ann.page.url()).toBe(`${on.url}/login?to=%2F`)
    }
    await ann.context.close()
  })
})
