import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { message } from '../../../src/door/messages.js'

/** What becomes of a connection that plans. Others always pass. */
export type Behaviour =
  | 'pass'
  /** It is taken, and nothing is ever said. */
  | 'hang'
  | 'refuse'
  | 'speak-otherwise'
  /** As `hang`, once EXPLAIN was sent. */
  | 'hang-in-plan'
  /** The server is gone once EXPLAIN was sent. */
  | 'end-in-plan'
  /** The server runs, but answers these bytes instead of the plan. */
  | { readonly plan: Buffer }

/** Stands between a door and its server, and tells the connections that plan by their name. */
export interface PlanningGate {
  behaviour: Behaviour
  /** Everything that a door sent on connections that plan. */
  readonly planned: readonly Buffer[]
  /** Everything that it sent on the others. */
  readonly others: readonly Buffer[]
  /** How many that plan are open. */
  readonly open: number
  reach(url: string): Promise<string>
  close(): Promise<void>
}

export function planningGate(): PlanningGate {
  const sockets = new Set<Socket>()
  let address = { host: '', port: 0 }
  const gate = { behaviour: 'pass' as Behaviour, planned: [] as Buffer[], others: [] as Buffer[], open: 0 }
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => undefined)
    client.on('close', () => sockets.delete(client))
    client.once('data', (first: Buffer) => {
      const plans = first.includes('estimate')
      if (plans) {
        gate.open += 1
        client.on('close', () => (gate.open -= 1))
      }
      relay(client, first, plans, plans ? gate.behaviour : 'pass')
    })
  })

  function relay(client: Socket, first: Buffer, plans: boolean, behaviour: Behaviour): void {
    if (behaviour === 'refuse') {
      client.destroy()
      return
    }
    if (behaviour === 'hang') return
    if (behaviour === 'speak-otherwise') {
      client.write('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(1_000))
      return
    }
    const upstream = connect(address.port, address.host)
    sockets.add(upstream)
    upstream.on('error', () => undefined)
    upstream.on('close', () => {
      sockets.delete(upstream)
      client.destroy()
    })
    client.on('close', () => upstream.destroy())
    let isDeaf = false
    const pass = (chunk: Buffer): void => {
      ;(plans ? gate.planned : gate.others).push(chunk)
      const runsPlan = chunk.includes('bothkeys_plan') && String.fromCharCode(chunk[0] ?? 0) === 'B'
      if (behaviour === 'end-in-plan' && runsPlan) client.destroy()
      if (behaviour === 'hang-in-plan' && runsPlan) isDeaf = true
      if (typeof behaviour === 'object' && runsPlan) {
        isDeaf = true
        client.write(behaviour.plan)
      }
      upstream.write(chunk)
    }
    pass(first)
    client.on('data', pass)
    upstream.on('data', (chunk: Buffer) => {
      if (!isDeaf) client.write(chunk)
    })
  }

  return Object.assign(gate, {
    reach: async (url: string) => {
      const parts = new URL(url)
      address = { host: parts.hostname, port: Number(parts.port) }
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      parts.hostname = '127.0.0.1'
      // A listening TCP server has an address with a port.
      parts.port = String((server.address() as AddressInfo).port)
      return parts.href
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}

/** The server's answer to the run of an EXPLAIN: one row, and ReadyForQuery. */
export function planAnswer(text: string): Buffer {
  const value = Buffer.from(text, 'utf8')
  const row = Buffer.alloc(6)
  row.writeInt16BE(1, 0)
  row.writeInt32BE(value.length, 2)
  return Buffer.concat([
    message('2', Buffer.alloc(0)),
    message('D', Buffer.concat([row, value])),
    message('C', Buffer.from('EXPLAIN\0')),
    message('Z', Buffer.from('T')),
  ])
}
