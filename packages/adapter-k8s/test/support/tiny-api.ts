import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { KubeConfig } from '@kubernetes/client-node'

/** A request as it reached the API server. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What an answer is. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text as it is, a stream as it comes, and what else there is as JSON. */
  readonly body: unknown
}

/** An API server that notes what it is asked, and answers what a test says. It speaks plain HTTP on loopback. */
export class TinyApi {
  readonly seen: Seen[] = []
  answer: (seen: Seen) => Answer = () => ({ body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } })
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
        this.seen.push(seen)
        const { body: answer, headers, status = 200 } = this.answer(seen)
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        if (answer instanceof Readable) {
          response.flushHeaders()
          pipeline(answer, response, () => undefined)
        } else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
      })
    })
  }

  static async start(): Promise<TinyApi> {
    const api = new TinyApi()
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  /** How an operator reaches it, with a token. */
  config(token = 'the-operators-token'): KubeConfig {
    const { port } = this.#server.address() as AddressInfo
    const config = new KubeConfig()
    config.loadFromClusterAndUser(
      { name: 'tiny', server: `http://127.0.0.1:${String(port)}`, skipTLSVerify: true },
      { name: 'operator', token },
    )
    return config
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
