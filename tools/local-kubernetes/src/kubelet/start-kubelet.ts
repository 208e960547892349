import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { issueServer } from '../authority.js'
import { callApi } from '../call-api.js'
import type { Cluster } from '../start-kubernetes.js'
import type { KubeletHandlers } from './call.js'
import { newestProtocol } from './frames.js'
import { servePorts } from './port-streams.js'
import { serveProcess } from './process-streams.js'

/** A node whose kubelet a test plays. */
export type Kubelet = {
  /** The node's. */
  readonly name: string
  /** How it behaves; may be changed at any time. */
  readonly handlers: KubeletHandlers
  /** Method and target of every request that reached it, oldest first. */
  readonly requests: readonly string[]
  /** Makes a pod on the node that runs, for all that the API server knows. The namespace has to exist. */
  runPod(pod: PodSketch): Promise<void>
  /** Takes the node away and ends every connection. */
  stop(): Promise<void>
}

export type PodSketch = {
  readonly namespace: string
  readonly name: string
  /** Default: one, `main`. */
  readonly containers?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * Adds a node to the cluster whose kubelet runs in this process, on a free port of 127.0.0.1: it takes logs, exec, attach and
 * port-forward as the API server sends them on, from the API server only. API servers before 1.30 hand on WebSockets as they
 * come; later ones would speak SPDY, which it does not know.
 */
export async function startKubelet(cluster: Cluster, name: string, handlers: KubeletHandlers = {}): Promise<Kubelet> {
  const requests: string[] = []
  const identity = await issueServer(cluster.authority, `kubelet-${name}`)
  const server = createServer({
    ca: cluster.ca,
    cert: identity.certificate,
    key: identity.key,
    requestCert: true,
    rejectUnauthorized: true,
  })
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: newestProtocol })
  const seen = (request: IncomingMessage): void => {
    requests.push(`${String(request.method)} ${String(request.url)}`)
  }
  server.on('request', (request, response) => {
    seen(request)
    void answer(request, response, handlers)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    seen(request)
    const serve = upgradeFor(request, handlers)
    socket.on('error', ignore)
    if (serve === undefined) socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    else
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.on('error', ignore)
        serve(opened).catch(() => opened.close(1011))
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await join(cluster, name, (server.address() as AddressInfo).port)
  return {
    name,
    handlers,
    requests,
    runPod: (pod) => runPod(cluster, name, pod),
    stop: async () => {
      await callApi(cluster, 'DELETE', `/api/v1/nodes/${name}`)
      await close(server, sockets)
    },
  }
}

/** Whoever is gone has said so with the end of the connection. */
const ignore = (): void => {}

async function answer(request: IncomingMessage, response: ServerResponse, { logs }: KubeletHandlers): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubelet.invalid')
  const [kind, namespace, pod, container] = segments(pathname)
  if (kind === 'healthz') {
    response.end('ok')
    return
  }
  if (kind !== 'containerLogs' || namespace === undefined || pod === undefined || container === undefined || !logs) {
    response.writeHead(404).end()
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.on('error', ignore)
  response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders()
  await logs({ target: { namespace, pod, container }, query: searchParams, signal: gone.signal }, response).then(
    () => response.end(),
    () => response.destroy(),
  )
}

function upgradeFor(
  request: IncomingMessage,
  { exec, attach, portForward }: KubeletHandlers,
): ((socket: WebSocket) => Promise<void>) | undefined {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://kubelet.invalid')
  const [kind, namespace, pod, container] = segments(pathname)
  if (namespace === undefined || pod === undefined) return undefined
  if (kind === 'portForward') {
    return portForward && ((socket) => servePorts(socket, { namespace, pod }, query, portForward))
  }
  const play = kind === 'exec' ? exec : kind === 'attach' ? attach : undefined
  if (play === undefined || container === undefined) return undefined
  return (socket) => serveProcess(socket, { namespace, pod, container }, query, play)
}

function segments(path: string): readonly string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return []
  }
}

async function join(cluster: Cluster, name: string, port: number): Promise<void> {
  await callApi(cluster, 'POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })
  await callApi(cluster, 'PATCH', `/api/v1/nodes/${name}/status`, {
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  })
}

async function runPod(cluster: Cluster, nodeName: string, pod: PodSketch): Promise<void> {
  const { namespace, name, labels = {}, containers = ['main'] } = pod
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const running = { ready: true, restartCount: 0, image: 'bothkeys.invalid/test', imageID: '', started: true }
  const startedAt = '2026-01-01T00:00:00Z'
  await callApi(cluster, 'POST', pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { nodeName, containers: containers.map((container) => ({ name: container, image: running.image })) },
  })
  await callApi(cluster, 'PATCH', `${pods}/${name}/status`, {
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: containers.map((container) => ({
        ...running,
        name: container,
        state: { running: { startedAt } },
      })),
    },
  })
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await closed
}
