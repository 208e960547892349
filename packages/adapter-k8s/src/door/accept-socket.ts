import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Subprotocol } from '../request/upgrade.js'
import { refuse, type Refused } from '../request/refused.js'
import { socketLimits } from '../streams/socket-limits.js'

/** A client that waits to hear what its connection becomes. */
export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What it sent already. */
  readonly head: Buffer
}

/** Says why a handshake of RFC 6455 would fail, before anything is sent for it. */
export function brokenHandshake({ headers }: IncomingMessage): Refused | undefined {
  const isKey = /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  return isKey && headers['sec-websocket-version'] === '13'
    ? undefined
    : refuse('The handshake is not that of a WebSocket of version 13.')
}

/** Makes the connection of a client a WebSocket in the protocol that the API server chose. Rejects with the reason of the signal. */
export function acceptSocket(
  { head, request, socket }: Handshake,
  protocol: Subprotocol,
  signal: AbortSignal,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error)
      },
      { once: true },
    )
    const server = new WebSocketServer({ ...socketLimits, noServer: true, clientTracking: false })
    // The one that goes; what was offered is known.
    request.headers['sec-websocket-protocol'] = protocol
    server.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('error', () => undefined)
      accepted.pause()
      resolve(accepted)
    })
  })
}
