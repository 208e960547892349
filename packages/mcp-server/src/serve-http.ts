import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { AgentTool } from '@bothkeys/tools'
import { duringRequest } from './call-ending.js'
import { type Connection, Connections } from './connections.js'
import type { McpServerOptions } from './mcp-server.js'
import { bearerOf, isForeign } from './request-head.js'

/** Options of `serveHttp`. */
export interface HttpServerOptions extends McpServerOptions {
  /**
   * Opens the session of a connection that begins, for the bearer token that its client shows: `({ token }) =>
   * guard.openSession({ token })`. Throwing refuses it, and nobody is told why. The session is closed with the connection.
   */
  readonly sessionFor: (auth: { readonly token: string }, signal: AbortSignal) => Promise<Session>
  /** The tools of a session. Each connection has its own. */
  readonly toolsFor: (session: Session) => readonly AgentTool[]
  /** Default: any that is free. */
  readonly port?: number
  /** Origins of pages that may call it. Default: none. */
  readonly allowedOrigins?: readonly string[]
  /** How many connections there may be at once. Default: 100. */
  readonly mostConnections?: number
}

/** A server that listens on 127.0.0.1. */
export interface HttpServer {
  /** Where clients find it. */
  readonly url: URL
  /** Ends every connection, with its session, and listens no more. */
  close(): Promise<void>
}

/** How long a host may take to open a session, in milliseconds. */
const openMs = 30_000

/**
 * Serves tools on this machine alone, over streamable HTTP. Every request shows the bearer token that its connection began with; each
 * connection acts for one session, and never for another's. Requests that name another host, and pages of other origins, are refused.
 * Rejects with ERR_CONFIG_INVALID on a wrong option, and as listening does.
 *
 * @example
 * const server = await serveHttp({
 *   sessionFor: ({ token }) => guard.openSession({ token }),
 *   toolsFor: (session) => sqlTools(session, orders),
 * })
 */
export async function serveHttp({
  allowedOrigins = [],
  mostConnections = 100,
  port = 0,
  sessionFor,
  toolsFor,
  ...server
}: HttpServerOptions): Promise<HttpServer> {
  if (!Number.isSafeInteger(mostConnections) || mostConnections < 1) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'mostConnections must be a whole number from 1', {
      hint: 'see HttpServerOptions',
    })
  }
  const connections = new Connections({ toolsFor, server })
  const opening = new Set<symbol>()
  const http = createServer((request, response) => {
    void answer(request, response).catch(() => {
      refuse(response, 500, 'the request came to nothing')
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isForeign(request, { port: address().port, allowedOrigins })) return refuse(response, 403, 'not from there')
    if (new URL(request.url ?? '/', url()).pathname !== '/mcp') return refuse(response, 404, 'nothing is here')
    const token = bearerOf(request)
    if (token === undefined) return unauthorized(response)
    const id = request.headers['mcp-session-id']
    const gone = new AbortController()
    response.once('close', () => {
      gone.abort()
    })
    const connection =
      id === undefined
        ? await begun(token, { request, response, gone: gone.signal })
        : connections.find(String(id), token)
    if (connection === undefined) {
      if (!response.headersSent) refuse(response, 404, 'there is no such connection')
      return
    }
    await duringRequest(gone.signal, () => connection.transport.handleRequest(request, response))
    // What began no connection leaves none behind.
    if (connection.transport.sessionId === undefined) await connection.close()
  }

  /** Undefined: it was refused. */
  async function begun(
    token: string,
    { gone, request, response }: { request: IncomingMessage; response: ServerResponse; gone: AbortSignal },
  ): Promise<Connection | undefined> {
    if (request.method !== 'POST') {
      refuse(response, 400, 'a connection begins with a request to initialize')
      return undefined
    }
    if (connections.size + opening.size >= mostConnections) {
      refuse(response, 503, 'there are too many connections')
      return undefined
    }
    const place = Symbol('opening')
    opening.add(place)
    try {
      const session = await opened(token, gone)
      if (session === undefined) {
        unauthorized(response)
        return undefined
      }
      return await connections.begin(token, session).catch(async (error: unknown) => {
        await session.close()
        throw error
      })
    } finally {
      opening.delete(place)
    }
  }

  async function opened(token: string, gone: AbortSignal): Promise<Session | undefined> {
    const signal = AbortSignal.any([gone, AbortSignal.timeout(openMs)])
    const late = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(undefined)
      })
    })
    const session = (async () => sessionFor({ token }, signal))().catch(() => undefined)
    const first = await Promise.race([session, late])
    // One that comes too late is nobody's.
    if (first === undefined) void session.then((orphan) => orphan?.close())
    return first
  }

  const address = (): AddressInfo => http.address() as AddressInfo
  const url = (): URL => new URL(`http://127.0.0.1:${String(address().port)}/mcp`)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', resolve)
  })
  // A connection that could not be taken is no reason to end.
  http.on('error', () => undefined)
  return {
    url: url(),
    close: async () => {
      const ended = new Promise<void>((resolve) => {
        http.close(() => {
          resolve()
        })
      })
      await connections.closeAll()
      http.closeAllConnections()
      await ended
    },
  }
}

function unauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer')
  refuse(response, 401, 'show a bearer token that is good here')
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }))
}
