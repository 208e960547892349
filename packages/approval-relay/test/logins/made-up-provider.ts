import { createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A provider that answers whatever a test wants it to. */
export class MadeUpProvider {
  readonly url: string
  readonly #server: Server
  /** Changes to its metadata. */
  metadata: Readonly<Record<string, unknown>> = {}
  /** Changes to the claims of its ID tokens. */
  claims: Readonly<Record<string, unknown>> = {}
  /** Changes to the header of its ID tokens. */
  header: Readonly<Record<string, unknown>> = {}
  signedBy: 'own' | 'stranger' | 'nobody' = 'own'
  /** Instead of the answer to a path. */
  answers = new Map<string, { readonly status: number; readonly body: string; readonly location?: string } | 'hangs'>()
  /** What was asked of it. */
  readonly asked: string[] = []
  nonce = ''

  static async start(): Promise<MadeUpProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new MadeUpProvider(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    server.on('request', (request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? ''
      this.asked.push(path)
      const instead = this.answers.get(path)
      if (instead === 'hangs') return
      if (instead !== undefined) {
        const { body, location, status } = instead
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(location === undefined ? {} : { location }),
        })
        response.end(body)
        return
      }
      const answer = this.#answerTo(path)
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? {}))
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answerTo(path: string): object | undefined {
    if (path === '/.well-known/openid-configuration') {
      return {
        issuer: this.url,
        authorization_endpoint: `${this.url}/auth`,
        token_endpoint: `${this.url}/token`,
        jwks_uri: `${this.url}/jwks`,
        id_token_signing_alg_values_supported: ['ES256'],
        authorization_response_iss_parameter_supported: true,
        ...this.metadata,
      }
    }
    if (path === '/jwks')
      return { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }] }
    if (path === '/token') return { access_token: 'a', token_type: 'bearer', expires_in: 60, id_token: this.#idToken() }
    return undefined
  }

  #idToken(): string {
    const nowS = Math.floor(Date.now() / 1000)
    const claims = {
      iss: this.url,
      aud: 'approvals',
      sub: 'ann',
      nonce: this.nonce,
      iat: nowS,
      exp: nowS + 60,
      auth_time: nowS,
      ...this.claims,
    }
    const input = `${encoded({ alg: 'ES256', kid: 'k', ...this.header })}.${encoded(claims)}`
    if (this.signedBy === 'nobody') return `${input}.`
    const { privateKey } = this.signedBy === 'own' ? own : stranger
    const signature = createSign('sha256').update(input).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }
}
