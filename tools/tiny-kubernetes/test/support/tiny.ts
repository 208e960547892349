import { once } from 'node:events'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { startTinyKubernetes, type TinyKubernetes, type TinyOptions } from '@bothkeys/tiny-kubernetes'
import { afterAll } from 'vitest'
import { WebSocket } from 'ws'
import { ask, type Answered } from './ask.js'
import type { Asked } from './asked/asked.js'

/** A server of a test file, with a pod `p` on a node in the namespace `n`. */
export interface Tiny {
  readonly server: TinyKubernetes
  ask(asked: Asked): Promise<Answered>
  /** Opens what streams both ways, and collects what comes on each channel. */
  connect(path: string, protocols?: readonly string[]): Promise<Channels>
  /** Begins a request whose answer does not end. */
  begin(path: string): Promise<IncomingMessage>
}

/** What comes on the channels of a WebSocket. */
export interface Channels {
  readonly socket: WebSocket
  /** As text, by channel. */
  readonly said: Map<number, string>
  readonly bytes: () => number
  readonly closed: Promise<unknown>
  send(channel: number, text: string): void
}

export async function tiny(options: TinyOptions = {}): Promise<Tiny> {
  const server = await startTinyKubernetes(options)
  afterAll(() => server.stop())
  const tokens = { admin: server.adminToken, agent: 'token-of-an-agent', nobody: 'token-of-nobody' }
  const asking = (asked: Asked): Promise<Answered> => ask({ url: server.url, ca: server.ca, tokens }, asked)
  await asking({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'n' } } })
  const spec = { nodeName: 'node', containers: [{ name: 'main', image: 'i' }] }
  await asking({ method: 'POST', path: '/api/v1/namespaces/n/pods', body: { metadata: { name: 'p' }, spec } })
  const headers = { authorization: `Bearer ${server.adminToken}`, 'user-agent': 'test' }
  return {
    server,
    ask: asking,
    connect: async (path, protocols = ['v5.channel.k8s.io']) => {
      const url = `${server.url.replace('https', 'wss')}${path}`
      const socket = new WebSocket(url, [...protocols], { ca: server.ca, headers })
      return opened(socket)
    },
    begin: async (path) => {
      const outgoing = request(new URL(path, server.url), { ca: server.ca, agent: false, headers }).end()
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
      return response
    },
  }
}

async function opened(socket: WebSocket): Promise<Channels> {
  const said = new Map<number, string>()
  let bytes = 0
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? 0
    bytes += message.length - 1
    if (bytes < 10_000) said.set(channel, (said.get(channel) ?? '') + message.subarray(1).toString('utf8'))
    else said.set(channel, message.subarray(1, 200).toString('utf8'))
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'open')
  return {
    socket,
    said,
    bytes: () => bytes,
    closed,
    send: (channel, text) => {
      socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]))
    },
  }
}
