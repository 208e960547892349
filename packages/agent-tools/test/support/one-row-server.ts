import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A value as a server writes it, and the type that it says that it has. */
export interface Column {
  readonly type: number
  readonly text: string
}

/** Speaks as much of PostgreSQL's protocol as is needed to answer every statement with one row, whatever that holds. */
export async function startOneRowServer(columns: readonly Column[]): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    let isStarted = false
    let left = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      left = Buffer.concat([left, data])
      for (;;) {
        const head = isStarted ? 1 : 0
        if (left.length < head + 4 || left.length < head + left.readUInt32BE(head)) return
        const type = isStarted ? String.fromCharCode(left[0] ?? 0) : 'start'
        left = left.subarray(head + left.readUInt32BE(head))
        isStarted = true
        for (const answer of answersTo(type, columns)) socket.write(answer)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function answersTo(type: string, columns: readonly Column[]): readonly Buffer[] {
  switch (type) {
    case 'start':
      return [message('R', int(0, 4)), ready]
    case 'P':
      return [message('1')]
    case 'B':
      return [message('2')]
    case 'D': {
      const fields = columns.map((column, at) =>
        Buffer.concat([
          text(`c${String(at)}`),
          int(0, 4),
          int(0, 2),
          int(column.type, 4),
          int(0, 2),
          int(0, 4),
          int(0, 2),
        ]),
      )
      return [message('T', int(columns.length, 2), ...fields)]
    }
    case 'E': {
      const values = columns.flatMap((column) => [int(Buffer.byteLength(column.text), 4), Buffer.from(column.text)])
      return [message('D', int(columns.length, 2), ...values), message('C', text('SELECT 1'))]
    }
    case 'C':
      return [message('3')]
    case 'S':
      return [ready]
    default:
      return []
  }
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int(body.length + 4, 4), body])
}

function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

const ready = message('Z', Buffer.from('I'))
