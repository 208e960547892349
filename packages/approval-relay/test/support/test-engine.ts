import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'
import { signRequest } from '@bothkeys/core/signing'

/** The issuer of every relay in these tests. */
export const issuer = 'https://approvals.example'

/** What came back. */
export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfter: string | null
}

/** An engine with its key, or somebody who has it. */
export class TestEngine {
  readonly name: string
  readonly key: KeyObject
  readonly jwks: { readonly keys: readonly object[] }
  url = ''
  /** What its clock says. */
  nowMs: () => number = Date.now

  constructor(name: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.name = name
    this.key = privateKey
    this.jwks = { keys: [publicKey.export({ format: 'jwk' })] }
  }

  get known(): { readonly engine: string; readonly jwks: { readonly keys: readonly object[] } } {
    return { engine: this.name, jwks: this.jwks }
  }

  token(method: 'GET' | 'POST', path: string, body?: string): Promise<string> {
    const message = { audience: issuer, method, path, ...(body === undefined ? {} : { body }) }
    return signRequest(message, { engine: this.name, key: this.key, algorithm: 'ES256', nowMs: this.nowMs() })
  }

  async post(path: string, body: unknown, token?: string): Promise<Answered> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return this.#send('POST', path, token ?? (await this.token('POST', path, text)), text)
  }

  async get(path: string, token?: string): Promise<Answered> {
    return this.#send('GET', path, token ?? (await this.token('GET', path)))
  }

  ask(body: string, token?: string): Promise<Answered> {
    return this.post('/v1/requests', body, token)
  }

  answers(id: string, after = 0, waitS = 0): Promise<Answered> {
    return this.get(`/v1/requests/${id}/answers?after=${String(after)}&waitS=${String(waitS)}`)
  }

  end(id: string, state: string): Promise<Answered> {
    return this.post(`/v1/requests/${id}/end`, { state })
  }

  receipts(id: string, ...receipts: readonly object[]): Promise<Answered> {
    return this.post(`/v1/requests/${id}/receipts`, { receipts })
  }

  async #send(method: string, path: string, token: string, body?: string): Promise<Answered> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type') === 'application/json'
    return {
      status: response.status,
      // What the relay answers is an object.
      body: isJson ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {},
      retryAfter: response.headers.get('retry-after'),
    }
  }
}
