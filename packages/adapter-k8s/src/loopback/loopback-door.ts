import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { inspect } from 'node:util'
import { BothKeysError, Capabilities, firstUseMs } from '@bothkeys/core/adapter'
import { type Handlers, maxHeaderSize } from '../door/memory-door.js'
import { bearerOf, isInTarget } from './bearer.js'
import { serverIdentity } from './certificates.js'
import { type ConnectionLimits, Connections } from './connections.js'
import { KubeconfigFile } from './kubeconfig-file.js'
import { checkedOptions, invalid, type LoopbackOptions } from './loopback-options.js'
import { turnAway, turnAwayUpgrade, type TurnedAway } from './turned-away.js'

/**
 * The door of one session for programs that speak to Kubernetes: `kubectl`, `helm`, any client library.
 *
 * @example
 * const door = await cluster.listen(session)
 * spawn('kubectl', ['get', 'pods'], { env: { ...process.env, KUBECONFIG: door.kubeconfig }, stdio: 'inherit' })
 */
export interface LoopbackDoor {
  /** Where it listens. It holds no secret. */
  readonly url: string
  /** A kubeconfig with mode 0600. It is the key to this session: hand it to nobody else. */
  readonly kubeconfig: string
  /**
   * Resolves when the door is closed: by `close`, because the session ended, or because nobody showed the token during the
   * first minute.
   */
  readonly closed: Promise<void>
  /** Ends every connection and removes the files. Idempotent. */
  close(): Promise<void>
}

/** What bounds a door, and what waits on it. A request that was read whole waits for as long as a policy lets it. */
export interface LoopbackLimits extends ConnectionLimits {
  readonly firstUseMs: number
  /** How long the head of a request may take, and all of it, in milliseconds. */
  readonly headersMs: number
  readonly requestMs: number
}

/** What a loopback door needs from its target. */
export interface LoopbackContext {
  readonly target: string
  readonly namespace: string | undefined
  readonly options: LoopbackOptions
  /** Aborted when the session ends, and the door with it. */
  readonly signal: AbortSignal
  /** What answers the session's requests, which name this host. */
  handlers(host: string): Handlers
  readonly limits?: Partial<LoopbackLimits>
}

/**
 * Opens a loopback door (RULES 31). Its token is a capability for this target and this session; it stands in the kubeconfig alone,
 * and is kept as a hash. Its certificate is of an authority made for this door. Throws ERR_CONFIG_INVALID on bad options or an
 * address that cannot be had, ERR_SESSION_CLOSED when the session ended.
 */
export async function openLoopback(context: LoopbackContext): Promise<LoopbackDoor> {
  const { maxConnections, path, port } = checkedOptions(context.options)
  const limits = {
    maxConnections,
    maxPending: 250,
    pendingMs: 10_000,
    firstUseMs,
    headersMs: 10_000,
    requestMs: 60_000,
    ...context.limits,
  }
  const file = KubeconfigFile.in(path)
  const { authority, certificate, key } = serverIdentity(new Date())
  const server = createServer({
    key,
    cert: certificate,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: limits.pendingMs,
    maxHeaderSize,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, 5_000),
    // Longer than clients keep an idle connection, so that it is they who end it.
    keepAliveTimeout: 120_000,
  })
  let door: Loopback | undefined
  try {
    await listen(server, port)
    refuseEnded(context.signal)
    const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`
    door = new Loopback({ ...context, file, host, limits, server })
    file.write({ server: door.url, authority, token: door.issue(), namespace: context.namespace })
    return door
  } catch (error) {
    server.close()
    file.remove()
    void door?.close()
    throw error
  }
}

interface LoopbackParts extends Pick<LoopbackContext, 'target' | 'signal' | 'handlers'> {
  readonly server: Server
  readonly file: KubeconfigFile
  readonly host: string
  readonly limits: LoopbackLimits
}

class Loopback implements LoopbackDoor {
  readonly url: string
  readonly kubeconfig: string
  readonly closed: Promise<void>
  readonly #parts: LoopbackParts
  readonly #connections: Connections
  readonly #capabilities = new Capabilities<Loopback>(() => performance.now())
  readonly #firstUse: NodeJS.Timeout
  readonly #end = (): void => void this.close()
  #closing = false

  constructor(parts: LoopbackParts) {
    const { file, host, limits, server, signal } = parts
    this.#parts = parts
    this.url = `https://${host}`
    this.kubeconfig = file.path
    this.#connections = new Connections(limits)
    this.closed = new Promise((resolve) => server.once('close', resolve))
    this.#firstUse = setTimeout(this.#end, limits.firstUseMs)
    signal.addEventListener('abort', this.#end, { once: true })
    this.#answer(server, parts.handlers(host))
  }

  /** The token of the door: a capability that opens it for as long as it is open. */
  issue(): string {
    return this.#capabilities.issue(this, this.#parts.target)
  }

  close(): Promise<void> {
    if (this.#closing) return this.closed
    this.#closing = true
    const { file, server, signal } = this.#parts
    clearTimeout(this.#firstUse)
    signal.removeEventListener('abort', this.#end)
    this.#capabilities.drop(this)
    server.close()
    file.remove()
    // What was refused because the session ended is told so first.
    setImmediate(() => {
      this.#connections.close()
    })
    return this.closed
  }

  #answer(server: Server, handlers: Handlers): void {
    server.on('connection', (socket) => {
      // Before TLS it is one of TCP.
      this.#connections.accept(socket as Socket)
    })
    server.on('request', (request, response) => {
      const why = this.#whyNot(request)
      if (why === undefined) handlers.request(request, response)
      else turnAway(response, why)
    })
    server.on('upgrade', (request, socket, head) => {
      const why = this.#whyNot(request)
      if (why === undefined) handlers.upgrade(request, socket, head)
      else turnAwayUpgrade(socket, why)
    })
    server.on('connect', (_request, socket) => socket.destroy())
    server.on('clientError', (_error, socket) => socket.destroy())
    // A connection that could not be accepted is gone; the door goes on.
    server.on('error', () => undefined)
  }

  /** Whether a request shows the token, on a connection for which there is room. */
  #whyNot(request: IncomingMessage): TurnedAway | undefined {
    const token = bearerOf(request)
    const use = token === undefined ? undefined : this.#capabilities.use(token, this.#parts.target)
    if (use === undefined || isInTarget(request)) return 'unauthorized'
    if (!this.#connections.admit(request.socket)) return 'too many'
    use.used()
    clearTimeout(this.#firstUse)
    return undefined
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a door cannot be serialised', { hint: 'store its url at most' })
  }

  [inspect.custom](): string {
    return `LoopbackDoor { ${this.#closing ? 'closed' : 'open'} }`
  }
}

async function listen(server: Server, port: number): Promise<void> {
  // `exclusive`: a worker of a cluster does not share the door with its siblings.
  server.listen({ host: '127.0.0.1', port, exclusive: true })
  await once(server, 'listening').catch((cause: unknown) => {
    throw invalid('the loopback door cannot listen there', 'leave port out for a free one', cause)
  })
}

function refuseEnded(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed', {
    hint: 'open a new one',
    cause: signal.reason,
  })
}
