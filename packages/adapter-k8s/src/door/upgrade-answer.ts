import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** What a client hears instead of becoming another protocol. */
export interface UpgradeAnswer {
  readonly code: number
  /** In JSON. */
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers a request to become another protocol with what it becomes instead. The connection ends with it. */
export function answerUpgrade(socket: Duplex, { body, code, headers = {} }: UpgradeAnswer): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const head = [
    `HTTP/1.1 ${String(code)} ${STATUS_CODES[code] ?? 'Refused'}`,
    'content-type: application/json',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.end(body, () => {
    socket.destroy()
  })
}
