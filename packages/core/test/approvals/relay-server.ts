import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { RelayedRequest } from '../../src/approvals/read-request.js'
import { readRequest } from '../../src/approvals/read-request.js'
import { requestTokens } from '../../src/identity/request-token.js'
import { systemClock } from '../../src/model/clock.js'

/** One message as the server got it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly engine: string
}

/** What a server answers: a JSON value with a status, or anything else by hand; undefined is the usual answer. */
export type Reply = { readonly status: number; readonly json?: unknown; readonly headers?: Record<string, string> }
export type Behaviour = (seen: Seen, response: ServerResponse) => Reply | 'by hand' | undefined

/** A server that speaks the protocol and keeps what it got, with whatever misbehaviour a test asks for. */
export class RelayServer {
  readonly seen: Seen[] = []
  readonly refusedTokens: unknown[] = []
  readonly requests = new Map<string, RelayedRequest>()
  readonly answers = new Map<string, string[]>()
  readonly ended = new Map<string, string>()
  readonly receipts: unknown[] = []
  behave: Behaviour = () => undefined
  behaveLater: ((seen: Seen) => Promise<Reply>) | undefined
  /** What is told of a request that people were asked for. */
  onRequest: (request: RelayedRequest) => void = () => undefined
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #waiting = new Set<() => void>()
  readonly #read: ReturnType<typeof requestTokens>

  constructor(engines: Parameters<typeof requestTokens>[0]['engines'], audience: string, clock = systemClock) {
    this.#read = requestTokens({ engines, audience, clock, toleranceS: 5 })
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return this.url
  }

  /** A connection that came in elsewhere. */
  take(socket: Socket): void {
    this.#server.emit('connection', socket)
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
  }

  /** How many messages wait for answers. */
  get waiting(): number {
    return this.#waiting.size
  }

  answer(id: string, evidence: string): void {
    this.answers.set(id, [...(this.answers.get(id) ?? []), evidence])
    for (const wake of this.#waiting) wake()
  }

  /** Those messages that have a path with this end. */
  of(end: string): readonly Seen[] {
    return this.seen.filter(({ path }) => path.split('?')[0]?.endsWith(end))
  }

  async close(): Promise<void> {
    for (const wake of this.#waiting) wake()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const { method = '', url: path = '' } = request
      const token = request.headers.authorization?.replace(/^Bearer /u, '')
      const engine = await this.#read(token, { method, path, body }, new AbortController().signal)
      const seen = { method, path, body: body.toString(), engine }
      this.seen.push(seen)
      const other = this.behave(seen, response) ?? (await this.behaveLater?.(seen))
      const reply = other ?? (await this.#usual(seen, response))
      if (reply === 'by hand') return
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      response.end(reply.json === undefined ? '' : JSON.stringify(reply.json))
    } catch (error) {
      this.refusedTokens.push(error)
      response.writeHead(401).end('{}')
    }
  }

  async #usual({ body, engine, path }: Seen, response: ServerResponse): Promise<Reply> {
    const url = new URL(path, 'http://relay')
    const [, , , id = '', what] = url.pathname.split('/')
    if (id === '') {
      const asked = readRequest(body)
      if (asked.engine !== engine) return { status: 403, json: {} }
      const isNew = !this.requests.has(asked.id)
      this.requests.set(asked.id, asked)
      if (isNew) this.onRequest(asked)
      return { status: isNew ? 201 : 200, json: { answers: `/v1/requests/${asked.id}/answers` } }
    }
    if (this.requests.get(id)?.engine !== engine) return { status: 404, json: {} }
    const said = body === '' ? undefined : (JSON.parse(body) as { receipts?: unknown[]; state?: string })
    if (what === 'receipts') this.receipts.push(...(said?.receipts ?? []))
    if (what === 'end') this.ended.set(id, said?.state ?? '')
    if (what !== 'answers') return { status: 204 }
    const after = Number(url.searchParams.get('after'))
    const waitMs = Number(url.searchParams.get('waitS')) * 1000
    if (this.#after(id, after).length === 0) await this.#wait(waitMs, response)
    return { status: 200, json: { answers: this.#after(id, after), state: 'pending' } }
  }

  #after(id: string, after: number): readonly { n: number; evidence: string }[] {
    const all = (this.answers.get(id) ?? []).map((evidence, at) => ({ n: at + 1, evidence }))
    return all.filter(({ n }) => n > after)
  }

  #wait(ms: number, response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#waiting.add(wake)
      response.on('close', wake)
    })
  }
}
