import { whoseName } from './local-login.js'

/** A browser of somebody, with the cookies of one origin. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #origin: string
  readonly #who: string

  /** `who` sits at it, and says so where they log in. */
  constructor(origin: string, who: string) {
    this.#origin = origin
    this.#who = who
  }

  /** Opens a page, or sends a form to it, and answers the page that this leads to. */
  async open(address: string, form?: Readonly<Record<string, string>>): Promise<string> {
    const response = await fetch(new URL(address, this.#origin), {
      redirect: 'manual',
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        origin: this.#origin,
        'sec-fetch-site': 'same-origin',
      },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      this.#cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (next === null) return response.text()
    return this.open(next.endsWith(whoseName) ? `${next}${this.#who}` : next)
  }
}

/** What the form of a page holds. */
export function fieldsOf(page: string): Readonly<Record<string, string>> {
  const fields = [...page.matchAll(/<input[^>]*name="?([\w-]+)"?[^>]*value="?([\w-]+)"?/gu)]
  return Object.fromEntries(fields.map(([, field = '', value = '']) => [field, value]))
}
