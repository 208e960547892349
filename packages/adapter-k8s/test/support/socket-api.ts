import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { KubeConfig } from '@kubernetes/client-node'
import { type WebSocket, WebSocketServer } from 'ws'

/** A connection as the API server has it. */
export interface Played {
  readonly socket: WebSocket
  readonly query: URLSearchParams
  /** Sends on a channel, and resolves when it is on its way. */
  readonly say: (channel: number, data: string | Uint8Array) => Promise<void>
  /** What came on each channel. */
  readonly heard: Map<number, Buffer[]>
  /** Says that the process ended, as a kubelet does. */
  readonly exit: (code: number) => Promise<void>
}

/** An API server for what becomes a WebSocket. It notes what it is asked, and does what a test says. Plain HTTP on loopback. */
export class SocketApi {
  readonly asked: IncomingMessage[] = []
  play: (played: Played) => unknown = () => undefined
  /** Answers instead, where it says anything. */
  refuse: ((request: IncomingMessage, socket: Duplex) => boolean) | undefined
  protocol = 'v5.channel.k8s.io'
  /** Of every pod. Undefined: whoever asks may not see it. */
  uid: string | undefined = 'first'
  readonly #server: Server = createServer((_request, response) => {
    response.writeHead(this.uid === undefined ? 403 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ kind: 'PartialObjectMetadata', metadata: { uid: this.uid } }))
  })
  readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => this.protocol,
  })

  static async start(): Promise<SocketApi> {
    const api = new SocketApi()
    api.#server.on('upgrade', (request, socket, head) => {
      api.#upgrade(request, socket, head)
    })
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  config(): KubeConfig {
    const { port } = this.#server.address() as AddressInfo
    const config = new KubeConfig()
    config.loadFromClusterAndUser(
      { name: 'tiny', server: `http://127.0.0.1:${String(port)}/base`, skipTLSVerify: true },
      { name: 'operator', token: 'the-operators-token' },
    )
    return config
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.asked.push(request)
    socket.on('error', () => undefined)
    if (this.refuse?.(request, socket) === true) return
    this.sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => undefined)
      void Promise.resolve(this.play(played(opened, request))).catch(() => {
        opened.close(1011)
      })
    })
  }
}

function played(socket: WebSocket, { url = '/' }: IncomingMessage): Played {
  const heard = new Map<number, Buffer[]>()
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? -1
    heard.set(channel, [...(heard.get(channel) ?? []), message.subarray(1)])
  })
  const say = (channel: number, data: string | Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      // What nobody hears is no error of who says it.
      socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(data as string)]), () => {
        resolve()
      })
    })
  const exit = async (code: number): Promise<void> => {
    await say(3, JSON.stringify(exitStatus(code)))
    socket.close(1000)
  }
  return { socket, query: new URL(url, 'http://x').searchParams, say, heard, exit }
}

/** As kubelets write it. */
export function exitStatus(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${String(code)}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}
