import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Incoming, Outgoing, Route } from '../../src/http/route.js'

/** Serves routes on loopback, as the relay's server does, without its limits. */
export class ServedRoutes {
  readonly #server: Server
  readonly url: string
  routes: readonly Route[] = []

  static async listen(): Promise<ServedRoutes> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ServedRoutes(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    server.on('request', (request, response) => void this.#answer(request, response))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', this.url)
    const outgoing = await routed(this.routes, request.method ?? 'GET', url, {
      headers: request.headers as Incoming['headers'],
      body: Buffer.concat(chunks),
      signal: gone.signal,
    })
    response.writeHead(outgoing.status, outgoing.headers as Record<string, string | string[]>)
    if (outgoing.stream !== undefined) await outgoing.stream((chunk) => response.write(chunk), gone.signal)
    response.end(outgoing.body ?? '')
  }
}

/** Gives a request to the route that is for it. */
export async function routed(
  routes: readonly Route[],
  method: string,
  url: URL,
  {
    body = new Uint8Array(),
    headers = {},
    signal = new AbortController().signal,
  }: {
    readonly body?: Uint8Array
    readonly headers?: Incoming['headers']
    readonly signal?: AbortSignal
  } = {},
): Promise<Outgoing> {
  for (const route of routes) {
    const params = matched(route.path, url.pathname)
    if (route.method !== method || params === undefined) continue
    return route.handle({ method: route.method, path: url.pathname + url.search, url, params, headers, body }, signal)
  }
  return { status: 404, body: '' }
}

function matched(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const came = path.split('/')
  if (wanted.length !== came.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(':') && came[index] !== '') params[part.slice(1)] = decodeURIComponent(came[index] ?? '')
    else if (part !== came[index]) return undefined
  }
  return params
}
