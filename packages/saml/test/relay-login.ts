import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encoded, partsAt, requestIn, signedXml } from './test-idp.js'
import type { Parts } from './test-idp.js'

/** The address of the responses and the id in a request that a browser brings. */
export function asked(location: string): { readonly id: string; readonly acs: string; readonly relayState: string } {
  const { url, xml } = requestIn(location)
  const attribute = (name: string): string => new RegExp(` ${name}="([^"]+)"`, 'u').exec(xml)?.[1] ?? ''
  return {
    id: attribute('ID'),
    acs: attribute('AssertionConsumerServiceURL'),
    relayState: url.searchParams.get('RelayState') ?? '',
  }
}

/** What the identity provider has a browser post, for the request that it brought. */
export function answered(
  location: string,
  { id, who = 'ann', ...parts }: Partial<Parts> & { readonly id?: string | undefined; readonly who?: string } = {},
): Record<string, string> {
  const request = asked(location)
  const nameId = `<saml:NameID>${who}</saml:NameID>`
  const xml = signedXml({ ...partsAt(Date.now(), id ?? request.id, request.acs), nameId, ...parts }, 'both')
  return { SAMLResponse: encoded(xml), RelayState: request.relayState }
}

/** A SAML identity provider on loopback, at which everybody logs in as who they say, with a page that posts the answer. */
export class PostingProvider {
  readonly #close: () => Promise<void>
  readonly url: string
  who = 'ann'

  static async start(): Promise<PostingProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // Another host name than the relay's, so that it is another site.
    const url = `http://localhost:${String((server.address() as AddressInfo).port)}`
    const provider = new PostingProvider(url, async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    server.on('request', (request, response) => {
      const location = new URL(request.url ?? '/', url).href
      if (!location.includes('SAMLRequest')) return void response.end('<title>Elsewhere</title>')
      const fields = Object.entries(answered(location, { who: provider.who }))
      const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
      response.setHeader('content-type', 'text/html')
      response.end(
        `<title>Provider</title><form method="post" action="${asked(location).acs}">${inputs.join('')}<button>Go</button></form>`,
      )
    })
    return provider
  }

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  close(): Promise<void> {
    return this.#close()
  }
}

/** A browser that does what it is told: it keeps cookies and follows nothing. */
export class PlainBrowser {
  readonly cookies = new Map<string, string>()
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  get(path: string): Promise<Answer> {
    return this.#send(path, { method: 'GET' })
  }

  /** A form of a page of the relay. */
  post(path: string, form: Record<string, string>): Promise<Answer> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: this.#origin, 'sec-fetch-site': 'same-origin' },
    })
  }

  /** A form of a page of another site: no cookie comes along that does not say so. */
  postFromElsewhere(path: string, form: Record<string, string>): Promise<Answer> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: 'https://idp.example.com', 'sec-fetch-site': 'cross-site' },
    })
  }

  /** Begins a login and answers where the browser is sent. */
  async begin(name = 'saml'): Promise<string> {
    return (await this.get(`/login/${name}`)).location
  }

  async #send(path: string, init: RequestInit & { readonly headers?: Record<string, string> }): Promise<Answer> {
    const isElsewhere = init.headers?.['sec-fetch-site'] === 'cross-site'
    const sent = [...this.cookies].filter(([, set]) => !isElsewhere || set.includes('SameSite=None'))
    const cookie = sent.map(([, set]) => set.split(';')[0]).join('; ')
    const response = await fetch(new URL(path, this.#origin), {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie === '' ? {} : { cookie }) },
    })
    for (const set of response.headers.getSetCookie()) {
      const name = set.split('=')[0] ?? ''
      if (set.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, set)
    }
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      text: await response.text(),
    }
  }
}

interface Answer {
  readonly status: number
  readonly location: string
  readonly text: string
}
