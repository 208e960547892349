import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Outgoing } from './route.js'
import { BodyBudget } from './body.js'
import type { RequestHead } from './head-of-request.js'
import { headOf } from './head-of-request.js'
import type { ServedRoute } from './routing.js'
import { routing } from './routing.js'
import { send } from './send.js'

/** What a server needs. */
export interface ServerParts {
  readonly routes: readonly ServedRoute[]
  readonly publicUrl: URL
  readonly connections: number
  readonly onFailure: (cause: unknown) => void
}

const defaultMaxBytes = 64 * 1024
/** What has arrived of bodies that are being read. */
const budgetBytes = 64 * 1024 * 1024
const closingMs = 2_000
/** Why nobody waits any more. One for all: an error of its own for each message costs more than many answers. */
const ending = new DOMException('the client went away or the relay stops', 'AbortError')

/**
 * HTTP/1.1 without TLS, for a reverse proxy on the same machine. Strict: a head that a proxy could read in another way is refused and
 * the connection ends.
 */
export class RelayServer {
  readonly #parts: ServerParts
  readonly #find: ReturnType<typeof routing>
  readonly #budget = new BodyBudget(budgetBytes)
  /** The messages that are being answered. */
  readonly #open = new Set<AbortController>()
  #isClosing = false
  readonly #server: Server

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#find = routing(parts.routes)
    this.#server = createServer(
      {
        headersTimeout: 10_000,
        requestTimeout: 30_000,
        keepAliveTimeout: 30_000,
        connectionsCheckingInterval: 5_000,
        maxHeaderSize: 16 * 1024,
        insecureHTTPParser: false,
        joinDuplicateHeaders: false,
        requireHostHeader: true,
      },
      (message, response) => {
        void this.#answer(message, response)
      },
    )
    this.#server.maxConnections = parts.connections
    // A socket on which nothing moves: longer than an answer is waited for.
    this.#server.timeout = 60_000
    const refuse = (_message: IncomingMessage, response: ServerResponse): void => {
      send(response, { status: 417, headers: { Connection: 'close' } })
    }
    // A body is sent at once or not at all.
    this.#server.on('checkContinue', refuse).on('checkExpectation', refuse)
    this.#server
      .on('upgrade', (_message, socket) => socket.destroy())
      .on('connect', (_message, socket) => socket.destroy())
  }

  async listen({ host = '127.0.0.1', port }: { readonly host?: string; readonly port: number }): Promise<URL> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    this.#server.on('error', this.#parts.onFailure)
    // It listens on a port.
    const { address, family, port: bound } = this.#server.address() as AddressInfo
    return new URL(`http://${family === 'IPv6' ? `[${address}]` : address}:${String(bound)}`)
  }

  /** Waiting questions are answered at once; whoever is still connected after two seconds is cut off. */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const over of this.#open) over.abort(ending)
    if (!this.#server.listening) return
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        clearTimeout(timer)
        resolve()
      })
      this.#server.closeIdleConnections()
      const timer = setTimeout(() => {
        this.#server.closeAllConnections()
      }, closingMs)
    })
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new AbortController()
    const { signal } = over
    this.#open.add(over)
    response.once('close', () => {
      // Whoever waits for something is gone; what was sent is done, whether its sender waits for the answer or not.
      if (!response.writableFinished && message.method === 'GET') over.abort(ending)
    })
    if (this.#isClosing) over.abort(ending)
    try {
      const head = headOf(message)
      const answer = typeof head === 'number' ? closing(head) : await this.#handle(message, head, signal)
      if (answer.stream === undefined) send(response, this.#isClosing ? lastOne(answer) : answer)
      else await this.#stream(response, answer, answer.stream, signal)
    } catch (cause) {
      if (!response.destroyed) this.#parts.onFailure(cause)
      if (response.headersSent) response.destroy()
      else send(response, closing(500))
    } finally {
      this.#open.delete(over)
    }
  }

  async #handle(message: IncomingMessage, head: RequestHead, signal: AbortSignal): Promise<Outgoing> {
    const { publicUrl } = this.#parts
    const found = this.#find(head.method, head.path.split('?', 1)[0] ?? '')
    if ('methods' in found) {
      if (found.methods.length === 0) return closing(404, head.length)
      return { ...closing(405), headers: { Allow: found.methods.join(', '), Connection: 'close' } }
    }
    const { params, route } = found
    // Another name for this server is another origin, of somebody else's choosing.
    if (route.kind === 'page' && head.headers['host'] !== publicUrl.host) return closing(421)
    if (head.length > (route.maxBytes ?? defaultMaxBytes)) return closing(413)
    const refusal = route.refuse?.(head.headers)
    if (refusal !== undefined) return closing(refusal)
    const body = head.length === 0 ? new Uint8Array() : await this.#budget.read(message)
    if (body === undefined) return { ...closing(503), headers: { 'Retry-After': '1', Connection: 'close' } }
    const { headers, path } = head
    return route.handle({ method: route.method, path, url: new URL(path, publicUrl), params, headers, body }, signal)
  }

  async #stream(
    response: ServerResponse,
    answer: Outgoing,
    stream: NonNullable<Outgoing['stream']>,
    signal: AbortSignal,
  ): Promise<void> {
    send(response, answer)
    await stream((chunk) => response.write(chunk), signal)
    response.end()
  }
}

/** A refusal that ends the connection: what follows on it may be what was not read. */
function closing(status: number, length = 1): Outgoing {
  return { status, headers: length === 0 ? {} : { Connection: 'close' } }
}

function lastOne(answer: Outgoing): Outgoing {
  return { ...answer, headers: { ...answer.headers, Connection: 'close' } }
}
