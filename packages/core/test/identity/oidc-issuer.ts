import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { generateProof } from 'dpop'
import type { KeyPair } from 'dpop'
import type { JWK } from 'jose'
import Provider from 'oidc-provider'

export const audience = 'urn:bothkeys:test'
export const claimed = { realm_access: { roles: ['grp-reader', 'grp-other'] }, class: 'cls-etl', owner: 'ada' }

/** A private key as a JWK, as an issuer keeps it. */
export async function issuerKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }
}

/** An OpenID provider on loopback whose keys can be changed and which can be down. */
export class OidcIssuer {
  readonly #server = createServer((request, response) => {
    this.asked.push(request.url ?? '')
    this.#answer(request, response)
  })
  #answer: RequestListener = down
  #address = ''
  /** The paths that were asked for. */
  readonly asked: string[] = []

  static async start(keys: readonly JWK[], lifetimeS = 600): Promise<OidcIssuer> {
    const issuer = new OidcIssuer()
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve))
    issuer.#address = `http://127.0.0.1:${String((issuer.#server.address() as AddressInfo).port)}`
    issuer.serve(keys, lifetimeS)
    return issuer
  }

  get url(): string {
    return this.#address
  }

  /** Answers with these keys from now on, and signs with the first. */
  serve(keys: readonly JWK[], lifetimeS = 600): void {
    this.#answer = new Provider(this.#address, configuration(keys, lifetimeS)).callback()
  }

  goDown(): void {
    this.#answer = down
  }

  /** An access token by the client credentials grant, bound to the keys if there are some (RFC 9449). */
  async token(clientId: 'etl-agent' | 'bound-agent', keys?: KeyPair): Promise<string> {
    const url = `${this.#address}/token`
    const proof: Record<string, string> = keys === undefined ? {} : { dpop: await generateProof(keys, url, 'POST') }
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`, ...proof },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'db:read' }),
    })
    const answer = (await response.json()) as { readonly access_token?: string }
    if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`)
    return answer.access_token
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

const down: RequestListener = (_request, response) => void response.writeHead(503).end()

const secret = 'secret-of-a-test'

const client = (id: string, isBound: boolean): object => ({
  client_id: id,
  client_secret: secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_basic',
  dpop_bound_access_tokens: isBound,
})

/** RFC 9068 access tokens come by resource indicators alone. */
function configuration(keys: readonly JWK[], lifetimeS: number): object {
  const resource = {
    scope: 'db:read',
    audience,
    accessTokenTTL: lifetimeS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
  return {
    jwks: { keys },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [client('etl-agent', false), client('bound-agent', true)],
    scopes: ['db:read'],
    cookies: { keys: ['a-key-of-a-test'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resource,
      },
    },
    extraTokenClaims: () => claimed,
  }
}
