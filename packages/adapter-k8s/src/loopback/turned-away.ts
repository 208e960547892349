import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Why the door answers a request without looking at what it asks. It says no more than the API server would. */
export type TurnedAway = 'unauthorized' | 'too many'

const answers = {
  unauthorized: { code: 401, words: 'Unauthorized', reason: 'Unauthorized', message: 'Unauthorized' },
  'too many': {
    code: 429,
    words: 'Too Many Requests',
    reason: 'TooManyRequests',
    message: 'refused: the loopback door has as many connections as it takes; close some, or raise maxConnections',
  },
} as const

function headOf(why: TurnedAway): { readonly body: string; readonly headers: Record<string, string> } {
  const { code, message, reason } = answers[why]
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  const body = JSON.stringify(status)
  const headers = {
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(why === 'too many' && { 'retry-after': '1' }),
  }
  return { body, headers }
}

/** Answers a request with a Status, and ends the connection. */
export function turnAway(response: ServerResponse, why: TurnedAway): void {
  const { body, headers } = headOf(why)
  response.writeHead(answers[why].code, headers)
  response.end(body)
}

/** The same for a request to become another protocol. */
export function turnAwayUpgrade(socket: Duplex, why: TurnedAway): void {
  socket.on('error', () => undefined)
  const { body, headers } = headOf(why)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const { code, words } = answers[why]
  socket.end(`HTTP/1.1 ${String(code)} ${words}\r\n${lines.join('')}\r\n${body}`)
}
