import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { BothKeysError } from '@bothkeys/core/adapter'
import { isIdle, isSame, keptAgent, type KeptAgent, type Material, materialOf } from './kept-agent.js'
import { type Applied, logIn, longestLoginMs } from './log-in.js'
import { despiteStaleness, staleness } from './stale-connection.js'
import { connect, type Connected, type SocketRequest } from './upstream-socket.js'

/** What is sent to the API server: everything of it was made by the door. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query, as the API server sees them behind its own base path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  readonly signal: AbortSignal
}

/**
 * The way to the API server. Login and its refresh are the configuration's own: it is asked before each request, and runs what it
 * runs. Connections are kept and shared by who asks.
 */
export class Upstream {
  readonly #config: KubeConfig
  readonly #base: URL
  readonly #longestLoginMs: number
  #login: Promise<Applied> | undefined
  #current: { readonly material: Material; readonly agent: KeptAgent } | undefined
  /** Those of replaced credentials by which something may be under way. */
  readonly #retired = new Set<KeptAgent>()

  /** Throws ERR_CONFIG_INVALID where the configuration names no cluster that can be reached. */
  constructor(config: KubeConfig, loginMs = longestLoginMs) {
    this.#config = config
    this.#longestLoginMs = loginMs
    this.#base = serverOf(config)
  }

  /** Where the API server is, without anything that lets in. */
  get server(): string {
    return `${this.#base.protocol}//${this.#base.host}${this.#base.pathname.replace(/\/$/, '')}`
  }

  /**
   * Logs in, as far as that takes anything, and gives what sends one request: at once, and resolving with the head of the answer.
   * Rejects with what the login says, and with ERR_DEADLINE when it takes too long. Sending rejects with what the network says, or the
   * reason of the signal. A read whose kept connection was closed is sent once more, a write never.
   */
  async prepare(): Promise<(request: UpstreamRequest) => Promise<IncomingMessage>> {
    const options = await this.#options()
    // Never past a proxy.
    const alone = this.#isProxied ? options : { ...options, agent: false }
    return (request) => despiteStaleness(request.method, (isAlone) => this.#send(isAlone ? alone : options, request))
  }

  /** The same for what becomes a WebSocket: resolves when the server says what it becomes, or with its answer. */
  async prepareSocket(): Promise<(request: SocketRequest) => Promise<Connected>> {
    const options = await this.#applied()
    // A connection of its own: none that was kept can be gone already.
    const { agent: _agent, ...own } = options
    const { host, pathname, protocol } = this.#base
    const server = `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${pathname.replace(/\/$/, '')}`
    return (request) => connect(server, this.#isProxied ? options : own, request)
  }

  #send(options: Applied, { body, headers, method, path, signal }: UpstreamRequest): Promise<IncomingMessage> {
    const { agent, headers: own } = options
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error)
        return
      }
      const request = this.#begin({ ...options, agent, method, path: this.#pathOf(path) })
      // To the last byte of the answer.
      const cut = (): void => {
        request.destroy(signal.reason as Error)
      }
      signal.addEventListener('abort', cut)
      const judged = staleness(request)
      const fail = (error: unknown): void => {
        reject((signal.aborted ? signal.reason : judged(error)) as Error)
      }
      for (const [name, value] of Object.entries({ ...headers, ...own })) request.setHeader(name, value)
      // Node.js frames no body of DELETE by itself, and the API server reads none then.
      if (body !== undefined) request.setHeader('content-length', body.byteLength)
      let isAnswered = false
      request.once('response', (answer) => {
        isAnswered = true
        // Whoever reads it hears of its errors; of an answer that nobody reads, nobody has to.
        answer.on('error', () => undefined)
        resolve(answer)
      })
      request.on('error', fail)
      request.once('close', () => {
        signal.removeEventListener('abort', cut)
        // A server that changes the protocol unasked answers nothing, and that is no error.
        if (!isAnswered) fail(new Error('the connection was closed without an answer'))
      })
      request.end(body)
    })
  }

  close(): void {
    this.#current?.agent.destroy()
    this.#current = undefined
    for (const agent of this.#retired) agent.destroy()
    this.#retired.clear()
  }

  #pathOf(path: string): string {
    return `${this.#base.pathname.replace(/\/$/, '')}${path}`
  }

  #begin(options: RequestOptions): ClientRequest {
    const { hostname, port, protocol } = this.#base
    const where = { ...options, protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port }
    return protocol === 'https:' ? httpsRequest(where) : httpRequest(where)
  }

  async #options(): Promise<Applied> {
    const options = await this.#applied()
    return this.#isProxied ? options : { ...options, agent: this.#agentFor(options) }
  }

  /** Whoever comes while a login is under way waits for that one. */
  async #applied(): Promise<Applied> {
    this.#login ??= logIn(this.#config, this.#longestLoginMs).finally(() => {
      this.#login = undefined
    })
    const { headers, ...options } = await this.#login
    return { ...options, ...(headers && { headers: { ...headers } }) }
  }

  /** Through a proxy, the configuration's own agent leads. */
  get #isProxied(): boolean {
    return this.#config.getCurrentCluster()?.proxyUrl !== undefined
  }

  #agentFor(options: Applied): KeptAgent {
    const material = materialOf(options)
    const old = this.#current
    if (old !== undefined && isSame(old.material, material)) return old.agent
    const agent = keptAgent(this.#base.protocol, material)
    this.#current = { material, agent }
    if (old !== undefined) this.#retire(old.agent)
    return agent
  }

  /** Of credentials that were replaced, no connection is used again. What is under way goes on to its end. */
  #retire(agent: KeptAgent): void {
    agent.maxFreeSockets = 0
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
    this.#retired.add(agent)
    for (const each of this.#retired) if (isIdle(each)) this.#retired.delete(each)
  }
}

function serverOf(config: KubeConfig): URL {
  const server = config.getCurrentCluster()?.server
  const url = server === undefined || !URL.canParse(server) ? undefined : new URL(server)
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.username !== '') {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'the kubeconfig names no cluster with an http or https server', {
      hint: 'set its current context, and the server of its cluster',
    })
  }
  return url
}
