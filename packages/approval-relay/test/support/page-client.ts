import { request } from 'node:http'
import type { LoginMethod } from '../../src/logins/login-method.js'
import { people } from './relay-stage.js'
import type { RelayStage } from './relay-stage.js'
import { issuer } from './test-engine.js'

/** Lets in whoever the code says. */
export const loginByCode: LoginMethod = {
  name: 'house',
  issuer: people,
  begin: () => Promise.resolve({ redirect: 'https://login.example/', state: 'state' }),
  finish: ({ url }) =>
    Promise.resolve({
      subject: { issuer: people, id: url.searchParams.get('code') ?? '' },
      level: 'signed',
      authenticatedAtMs: Date.now(),
    }),
}

/** What a page answered. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** Sends whatever it is told to the pages of a relay, as the proxy in front of it does. */
export class PageClient {
  readonly #stage: RelayStage
  cookie = ''

  constructor(stage: RelayStage) {
    this.#stage = stage
  }

  send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<PageAnswer> {
    const { hostname, port } = new URL(this.#stage.url)
    const sent = {
      host: new URL(issuer).host,
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
      ...(method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
      ...headers,
    }
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, method, path, headers: sent, agent: false }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString(),
          })
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<PageAnswer> {
    return this.send('GET', path, headers)
  }

  /** Sends a form as a page of the relay does. */
  post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<PageAnswer> {
    const own = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: issuer,
      'sec-fetch-site': 'same-origin',
    }
    return this.send('POST', path, { ...own, ...headers }, new URLSearchParams(form).toString())
  }

  async logIn(who: string): Promise<PageAnswer> {
    const begun = await this.get('/login/house')
    const answer = await this.get(`/login/house/callback?code=${who}`, { cookie: cookieOf(begun) })
    this.cookie = cookieOf(answer)
    return answer
  }

  /** What a form of a page holds. */
  async field(path: string, name: string): Promise<string> {
    return new RegExp(`name="${name}" value="([^"]*)"`, 'u').exec((await this.get(path)).body)?.[1] ?? ''
  }
}

function cookieOf({ headers }: PageAnswer): string {
  const set = [headers['set-cookie'] ?? []].flat()
  return set
    .map((each) => each.split(';', 1)[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ')
}
