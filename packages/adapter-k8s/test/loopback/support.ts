import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http'
import { Agent, request, type RequestOptions } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { afterEach } from 'vitest'
import type { Handlers } from '../../src/door/memory-door.js'
import { type LoopbackContext, type LoopbackDoor, openLoopback } from '../../src/loopback/loopback-door.js'

const doors: LoopbackDoor[] = []
afterEach(() => Promise.all(doors.splice(0).map((door) => door.close())))

/** Closes a door after the test. */
export function kept<Door extends LoopbackDoor>(door: Door): Door {
  doors.push(door)
  return door
}

/** What a door asks, and whether it was asked. */
export interface Stub {
  readonly door: LoopbackDoor
  readonly asked: string[]
  readonly host: string
}

/** A door in front of what answers `ok` to everything. */
export async function open(
  more: Partial<LoopbackContext> = {},
  answer: RequestListener = (_request, response) => response.end('ok'),
): Promise<Stub> {
  const asked: string[] = []
  let host = ''
  const handlers = (given: string): Handlers => {
    host = given
    return {
      request: (incoming, response) => {
        asked.push(incoming.url ?? '')
        answer(incoming, response)
      },
      upgrade: (incoming, socket) => {
        asked.push(incoming.url ?? '')
        socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n')
      },
    }
  }
  const { signal } = new AbortController()
  const door = await openLoopback({ target: 'cluster', namespace: 'shop', options: {}, signal, handlers, ...more })
  return { door: kept(door), asked, host }
}

/** What a kubeconfig says. */
export interface Access {
  readonly server: string
  readonly ca: string
  readonly token: string
  readonly namespace: string
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }]
  readonly users: readonly [{ readonly user: { readonly token: string } }]
  readonly contexts: readonly [{ readonly context: { readonly namespace: string } }]
}

export function accessOf({ kubeconfig }: LoopbackDoor): Access {
  const { clusters, contexts, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
  const [{ cluster }] = clusters
  const ca = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString('utf8')
  return { server: cluster['server'] ?? '', ca, token: users[0].user.token, namespace: contexts[0].context.namespace }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Asks a door, with its token unless the headers say another thing. Without an agent, on a connection of its own. */
export async function ask(
  door: LoopbackDoor | Access,
  path: string,
  options: RequestOptions & { readonly headers?: Record<string, string | string[]>; readonly body?: string } = {},
): Promise<Answer> {
  const { ca, server, token } = 'kubeconfig' in door ? accessOf(door) : door
  const { body, headers, ...more } = options
  const outgoing = request(`${server}${path}`, {
    ca,
    agent: new Agent(),
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...more,
  })
  outgoing.end(body)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.once('upgrade', (answer, socket) => {
      socket.destroy()
      resolve(answer)
    })
  })
  let text = ''
  if (response.statusCode !== 101) for await (const chunk of response as AsyncIterable<Buffer>) text += String(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, body: text }
}

/** A connection without TLS, open. */
export async function plainSocket({ url }: LoopbackDoor): Promise<Socket> {
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** A connection with TLS. Rejects when that does not come about. */
export async function tlsSocket(door: LoopbackDoor, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { ca, server } = accessOf(door)
  const socket = connectTls({ host: '127.0.0.1', port: Number(new URL(server).port), ca, ...options })
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}

/** Waits until the other side is gone. */
export async function gone(socket: Socket): Promise<void> {
  socket.on('error', () => undefined).resume()
  // `once` of events would fail where the end is a reset.
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
}
