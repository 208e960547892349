import { createHash, randomBytes } from 'node:crypto'
import { callback, clientId, clientSecret, passwordOf } from './people-issuer.js'

/** What a login is asked for, as somebody who follows the authorization code flow with PKCE (RFC 7636) asks. */
interface Login {
  readonly who: string
  readonly nonce?: string
  readonly password?: string
  /** What the client says that it made the challenge of. Default: what it did. */
  readonly verifier?: string
}

export const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`

/** Logs in with a browser of one's own and answers the ID token. Rejects with what the provider said when there is none. */
export async function idTokenOf(issuer: string, { who, nonce, password, verifier }: Login): Promise<string> {
  const made = randomBytes(32).toString('base64url')
  const state = randomBytes(8).toString('hex')
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
    max_age: '300',
    state,
    ...(nonce === undefined ? {} : { nonce }),
    code_challenge: createHash('sha256').update(made).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const browser = new Browser(issuer)
  const form = await browser.follow(`/auth?${query.toString()}`)
  const end = await browser.follow(form, new URLSearchParams({ login: who, password: password ?? passwordOf(who) }))
  const answer = new URL(end).searchParams
  if (answer.get('state') !== state) throw new Error(`no code: ${end}`)
  return tokenFor(issuer, {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier ?? made,
  })
}

/** Asks the token endpoint. Rejects with the error that it names. */
export async function tokenFor(issuer: string, body: Record<string, string>): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: basic },
    body: new URLSearchParams(body),
  })
  const answer = (await response.json()) as { readonly id_token?: string; readonly error?: string }
  if (answer.id_token === undefined) throw new Error(answer.error)
  return answer.id_token
}

class Browser {
  readonly #issuer: string
  readonly #cookies = new Map<string, string>()

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  /** Follows redirects until there is a page of the provider to look at, or another site. Answers where that is. */
  async follow(path: string, form?: URLSearchParams): Promise<string> {
    const url = new URL(path, this.#issuer)
    if (url.origin !== this.#issuer) return url.href
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(cookie) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (next !== null) return this.follow(new URL(next, url).href)
    if (!response.ok) throw new Error(await response.text())
    return url.href
  }
}
