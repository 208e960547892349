import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { errors } from 'oidc-provider'
import type { BackchannelAuthenticationRequest, Grant } from 'oidc-provider'
import { issuerKey } from '../identity/oidc-issuer.js'

export const clientId = 'approvals'
export const clientSecret = 'secret-of-a-test'
export const callback = 'https://approvals.example/callback'
export const cibaGrant = 'urn:openid:params:grant-type:ciba'

/** Who may log in, and with what. */
const passwords: ReadonlyMap<string, string> = new Map([
  ['ann', 'ann-knows'],
  ['ada', 'ada-knows'],
])

export const passwordOf = (who: string): string => passwords.get(who) ?? ''

/** An OpenID provider on loopback at which people log in by a form, and by a device of theirs (CIBA). */
export class PeopleIssuer {
  readonly url: string
  readonly #provider: Provider
  readonly #close: () => Promise<void>
  /** What was shown on the devices of people. */
  readonly devices: BackchannelAuthenticationRequest[] = []

  static async start(): Promise<PeopleIssuer> {
    const key = await issuerKey('p1')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const issuer = new PeopleIssuer(url, key, async () => {
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

  private constructor(url: string, key: object, close: () => Promise<void>) {
    this.url = url
    this.#close = close
    this.#provider = new Provider(url, this.#configuration(key))
  }

  /** What the person does on the device. */
  async decide(request: BackchannelAuthenticationRequest, says: 'yes' | 'no'): Promise<void> {
    const result = says === 'yes' ? await this.#grant(request.accountId) : new errors.AccessDenied()
    await this.#provider.backchannelResult(request, result, { authTime: Math.floor(Date.now() / 1000) })
  }

  close(): Promise<void> {
    return this.#close()
  }

  /** The page where people log in: a form, and what it sends. */
  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html')
      response.end('<form method="post"><input name="login"><input name="password" type="password"></form>')
      return
    }
    let sent = ''
    for await (const chunk of request) sent += String(chunk)
    const form = new URLSearchParams(sent)
    const accountId = form.get('login') ?? ''
    if (!passwords.has(accountId) || form.get('password') !== passwords.get(accountId)) {
      response.writeHead(401).end('this is not you')
      return
    }
    await this.#provider.interactionFinished(request, response, { login: { accountId } })
  }

  /** Nobody is asked for consent: the client is one of the house. */
  async #grant(accountId: string): Promise<Grant> {
    const grant = new this.#provider.Grant({ clientId, accountId })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  }

  #configuration(key: object): object {
    return {
      jwks: { keys: [key] },
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          grant_types: ['authorization_code', cibaGrant],
          redirect_uris: [callback],
          response_types: ['code'],
          backchannel_token_delivery_mode: 'poll',
        },
      ],
      cookies: { keys: ['a-key-of-a-test'] },
      pkce: { required: () => true },
      interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, id: string) =>
        passwords.has(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
      loadExistingGrant: ({ oidc }: { readonly oidc: { readonly session: { readonly accountId: string } } }) =>
        this.#grant(oidc.session.accountId),
      features: {
        devInteractions: { enabled: false },
        ciba: {
          enabled: true,
          deliveryModes: ['poll'],
          processLoginHint: (_context: unknown, hint: string) => hint,
          verifyUserCode: () => undefined,
          validateRequestContext: () => undefined,
          triggerAuthenticationDevice: (_context: unknown, request: BackchannelAuthenticationRequest) =>
            void this.devices.push(request),
        },
      },
    }
  }
}
