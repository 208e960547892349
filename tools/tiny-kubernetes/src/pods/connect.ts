import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { newestProtocol, servePorts, serveProcess } from '@bothkeys/local-kubernetes/kubelet'
import { type WebSocket, WebSocketServer } from 'ws'
import { badRequest, noSuchPath } from '../status.js'
import { found } from '../verbs/found.js'
import type { Call, Place, World } from '../world.js'
import { containerOf } from './container.js'

/** What streams both ways. */
export type Serve = (socket: WebSocket) => Promise<void>

const streamed = ['exec', 'attach', 'portforward']

/** Whether a path is for what streams both ways. */
export const isStreamed = ({ resource, subresource }: Place): boolean =>
  resource.plural === 'pods' && streamed.includes(subresource)

/** Finds out who plays what a request connects to. Throws when nobody can. */
export function connect({ handlers, store }: World, { query }: Call, place: Place, search: URLSearchParams): Serve {
  const { object } = found(store, place)
  const { name: pod, namespace, subresource } = place
  if (object.spec?.['nodeName'] === undefined) throw badRequest(`pod ${pod} does not have a host assigned`)
  if (subresource === 'portforward') {
    const { portForward } = handlers
    if (portForward === undefined) throw noSuchPath()
    return (socket) => servePorts(socket, { namespace, pod }, search, portForward)
  }
  const container = containerOf(object, query.first('container'))
  const play = subresource === 'exec' ? handlers.exec : handlers.attach
  if (play === undefined) throw noSuchPath()
  const asked = new URLSearchParams(search)
  // As an API server asks a kubelet.
  for (const [from, to] of [['stdin', 'input']] as const) if (asked.has(from)) asked.set(to, asked.get(from) ?? '')
  return (socket) => serveProcess(socket, { namespace, pod, container }, asked, play)
}

/** WebSockets in the protocols of channels. */
export function channelSockets(): {
  readonly open: (request: IncomingMessage, socket: Duplex, head: Buffer, serve: Serve) => void
  readonly end: () => void
} {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: newestProtocol })
  return {
    open: (request, socket, head, serve) => {
      server.handleUpgrade(request, socket, head, (opened) => {
        opened.on('error', () => undefined)
        serve(opened).catch(() => opened.close(1011))
      })
    },
    end: () => {
      for (const socket of server.clients) socket.terminate()
    },
  }
}
