import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import type { Grant } from 'oidc-provider'

export const clientId = 'approvals'
export const clientSecret = 'secret-of-a-test'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'p1', alg: 'ES256', use: 'sig' }

/** An OpenID provider on loopback at which people log in by a form, with their name and `<name>-knows`. */
export class PeopleIssuer {
  readonly url: string
  readonly #provider: Provider
  readonly #close: () => Promise<void>
  /** What it says of somebody besides their id. */
  readonly names = new Map<string, string>()
  /** How it says that they logged in. */
  acr: string | undefined
  /** How long ago they did. */
  agoS = 0

  static async start(callback: string): Promise<PeopleIssuer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // Another host name than the relay's, so that it is another site with cookies of its own.
    const url = `http://localhost:${String((server.address() as AddressInfo).port)}`
    const issuer = new PeopleIssuer(url, callback, async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const answer = issuer.#provider.callback()
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/') === true) void issuer.#interact(request, response)
      else answer(request, response)
    })
    return issuer
  }

  private constructor(url: string, callback: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
    this.#provider = new Provider(url, this.#configuration(callback))
  }

  close(): Promise<void> {
    return this.#close()
  }

  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html')
      response.end(
        '<title>Provider</title><form method="post"><input name="login"><input name="password" type="password"><button>Go</button></form>',
      )
      return
    }
    let sent = ''
    for await (const chunk of request) sent += String(chunk)
    const form = new URLSearchParams(sent)
    const accountId = form.get('login') ?? ''
    if (form.get('password') !== `${accountId}-knows`) {
      response.writeHead(401).end('this is not you')
      return
    }
    const ts = Math.floor(Date.now() / 1000) - this.agoS
    const acr = this.acr === undefined ? {} : { acr: this.acr }
    await this.#provider.interactionFinished(request, response, { login: { accountId, ts, ...acr } })
  }

  async #grant(accountId: string): Promise<Grant> {
    const grant = new this.#provider.Grant({ clientId, accountId })
    grant.addOIDCScope('openid profile')
    await grant.save()
    return grant
  }

  #configuration(callback: string): object {
    return {
      jwks: { keys: [key] },
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          grant_types: ['authorization_code'],
          redirect_uris: [callback],
          response_types: ['code'],
        },
      ],
      acrValues: ['urn:key', 'urn:password'],
      claims: { openid: ['sub'], profile: ['name'], acr: null, auth_time: null },
      conformIdTokenClaims: false,
      cookies: { keys: ['a-key-of-a-test'] },
      pkce: { required: () => true },
      interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, name: this.names.get(id) ?? id }),
      }),
      loadExistingGrant: ({ oidc }: { readonly oidc: { readonly session: { readonly accountId: string } } }) =>
        this.#grant(oidc.session.accountId),
      features: { devInteractions: { enabled: false } },
    }
  }
}
