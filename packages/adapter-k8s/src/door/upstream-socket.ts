import type { IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import { WebSocket } from 'ws'
import { serversAuditId } from '../audit/audit-id.js'
import type { Subprotocol } from '../request/upgrade.js'
import { socketLimits } from '../streams/socket-limits.js'

/** A request to become a WebSocket. */
export interface SocketRequest {
  /** Path and query, as the API server sees them behind its own base path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocols: readonly Subprotocol[]
  readonly signal: AbortSignal
}

/**
 * What came of it: a WebSocket that is paused, so that nothing of it is missed, and what the server's own log has the request as; or
 * what the server says instead.
 */
export type Connected =
  | { readonly socket: WebSocket; readonly reference: string | undefined }
  | { readonly answer: IncomingMessage }

/** Who asks, as it says so. */
type Login = Omit<RequestOptions, 'headers'> & { readonly headers?: Record<string, string> }

/** How long the server may take to say what the connection becomes, in milliseconds. */
const handshakeTimeout = 60_000

/**
 * Asks a server to become a WebSocket in one of the protocols. Rejects with what the network says, with the reason of the signal, and
 * when the server chooses a protocol that it was not offered. The signal ends the connection at any time.
 */
export function connect(server: string, login: Login, request: SocketRequest): Promise<Connected> {
  const { headers, path, protocols, signal } = request
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server}${path}`, [...protocols], {
      ...login,
      ...socketLimits,
      headers: { ...headers, ...login.headers },
      handshakeTimeout,
      followRedirects: false,
    })
    const end = (): void => {
      socket.terminate()
    }
    signal.addEventListener('abort', end, { once: true })
    socket.once('close', () => {
      signal.removeEventListener('abort', end)
      reject((signal.aborted ? signal.reason : new Error('the connection was closed without an answer')) as Error)
    })
    socket.on('error', (error) => {
      reject((signal.aborted ? signal.reason : error) as Error)
    })
    let reference: string | undefined
    socket.once('upgrade', ({ headers: said }) => {
      reference = serversAuditId(said['audit-id'])
    })
    socket.once('open', () => {
      socket.pause()
      resolve({ socket, reference })
    })
    socket.once('unexpected-response', (_request, answer) => {
      answer.on('error', () => undefined)
      resolve({ answer })
    })
    if (signal.aborted) end()
  })
}
