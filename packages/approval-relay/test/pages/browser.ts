import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

const artefacts = process.env['BOTHKEYS_ARTEFACTS'] ?? fileURLToPath(new URL('../artefacts', import.meta.url))

const executablePath = process.env['BOTHKEYS_CHROMIUM'] ?? '/usr/bin/chromium'

/** Debian's Chromium without a screen. Rejects when there is none. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: apt-get install chromium`)
  // Chromium refuses its sandbox to root, whom continuous integration may be. The pages are ours and on loopback; what is
  // hostile is text in them, and that it stays text is what is tested.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...asRoot, '--disable-gpu', '--disable-dev-shm-usage'] })
}

/** What a person's browser saw besides what it shows. */
export interface Seen {
  readonly dialogs: string[]
  /** Requests to anybody but the relay and the provider. */
  readonly elsewhere: string[]
  /** What the policy of the pages refused, and what scripts threw. */
  readonly violations: string[]
}

/** A browser of one person. */
export class Person {
  readonly seen: Seen = { dialogs: [], elsewhere: [], violations: [] }
  readonly page: Page
  readonly context: BrowserContext
  readonly #relay: string

  static async open(
    browser: Browser,
    origins: { readonly relay: string; readonly provider: string },
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options })
    const person = new Person(context, await context.newPage(), origins.relay)
    await person.#watch([origins.relay, origins.provider])
    return person
  }

  private constructor(context: BrowserContext, page: Page, relay: string) {
    this.context = context
    this.page = page
    this.#relay = relay
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#relay).href)
  }

  /** Presses a button or follows a link that leads to another page, and waits until that one is there. */
  async press(role: 'button' | 'link', name: string): Promise<void> {
    await this.led(() => this.page.getByRole(role, { name }).click())
  }

  /**
   * Does what leads to another page, and waits until that one is there. It is listened for from before: that the relay has
   * heard of a press does not say that the browser has followed it, and whoever goes elsewhere meanwhile cuts it off.
   */
  async led(act: () => Promise<void>): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), act()])
  }

  /** Logs in at the provider, from whatever page asks for it. */
  async logIn(who: string, path = '/'): Promise<void> {
    await this.goto(path)
    await this.identify(who)
    await this.page.waitForURL(new URL(path, this.#relay).href)
  }

  /** Says at the provider who they are, from a page of the relay that asks for it. What comes of it, the page says. */
  async identify(who: string): Promise<void> {
    await this.press('link', 'Continue with')
    await this.page.locator('[name=login]').fill(who)
    await this.page.locator('[name=password]').fill(`${who}-knows`)
    await this.press('button', 'Go')
  }

  /** Keeps a picture of the whole page for whoever looks at it. */
  async picture(name: string): Promise<void> {
    mkdirSync(artefacts, { recursive: true })
    await this.page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true })
  }

  async #watch(allowed: readonly string[]): Promise<void> {
    const { dialogs, elsewhere, violations } = this.seen
    this.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    this.page.on('request', (request) => {
      const url = request.url()
      if (!allowed.some((origin) => url.startsWith(`${origin}/`))) elsewhere.push(url)
    })
    this.page.on('pageerror', (error) => void violations.push(error.message))
    this.page.on('console', (message) => {
      if (/content security policy|trusted/iu.test(message.text())) violations.push(message.text())
    })
    await this.context.exposeFunction('refusedByPolicy', (what: string) => void violations.push(what))
    await this.context.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => refusedByPolicy(event.violatedDirective + ' ' + event.blockedURI))`,
    )
  }
}
