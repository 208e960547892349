import { type ClientRequest, createServer, type IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { startTinyKubernetes, type TinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { KubeConfig } from '@kubernetes/client-node'
import type { Canaries } from './canaries.js'

/** An API server with a shop and a payroll in it, and the eyes of its administrator. */
export interface Cluster {
  readonly server: TinyKubernetes
  /** The administrator's configuration: what the door logs in with. */
  readonly config: KubeConfig
  /** Past every door. */
  call(method: string, path: string, body?: object): Promise<string>
  /** Everything that somebody could change, as one text. */
  fingerprint(): Promise<string>
  /** What the server was really asked to do: what was only tried on it, and what only reads objects, left out. */
  done(): readonly string[]
  /** Starts another one, after somebody broke it. */
  restore(): Promise<void>
  stop(): Promise<void>
}

const watched = [
  '/api/v1/namespaces',
  '/api/v1/pods',
  '/api/v1/secrets',
  '/api/v1/configmaps',
  '/api/v1/services',
  '/api/v1/serviceaccounts',
  '/apis/apps/v1/deployments',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
]

export async function openCluster(canaries: Canaries): Promise<Cluster> {
  let server = await startTinyKubernetes()
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: 'shop', server: server.url, caData: Buffer.from(server.ca).toString('base64'), skipTLSVerify: false },
    { name: 'operator', token: server.adminToken },
  )
  const call = async (method: string, path: string, body?: object): Promise<string> => {
    const headers = { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' }
    const asking = request(new URL(path, server.url), { method, ca: server.ca, agent: false, headers })
    asking.end(body && JSON.stringify(body))
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    const said = await text(answer)
    if ((answer.statusCode ?? 500) >= 400) throw new Error(`${method} ${path}: ${said}`)
    return said
  }
  const seed = async (): Promise<void> => {
    for (const [path, body] of shop(canaries))
      // oxlint-disable-next-line no-await-in-loop -- Each needs the one before.
      await call('POST', path, body)
    const { card, email } = canaries
    server.handlers.logs = async (_, output) => {
      output.write(`started\nmail to ${email} about card ${card}\n`)
      await Promise.resolve()
    }
  }
  await seed()
  return {
    get server() {
      return server
    },
    config,
    call,
    fingerprint: async () => (await Promise.all(watched.map((path) => call('GET', path)))).map(settled).join('\n'),
    done: () => server.audit.flatMap(realDeed),
    restore: async () => {
      await server.stop()
      server = await startTinyKubernetes()
      await seed()
    },
    stop: () => server.stop(),
  }
}

/** Of a list of the API server what stays the same until somebody changes something. */
function settled(list: string): string {
  const { items } = JSON.parse(list) as { readonly items: readonly unknown[] }
  return JSON.stringify(items)
}

function realDeed({ objectRef, requestURI, responseStatus, user, verb }: TinyKubernetes['audit'][number]): string[] {
  const reads =
    ['get', 'list', 'watch'].includes(verb) &&
    !['exec', 'attach', 'portforward', 'proxy'].includes(objectRef?.['subresource'] ?? '')
  const counts = !reads && !requestURI.includes('dryRun=') && responseStatus.code < 400
  return counts ? [`${user?.username ?? 'nobody'}: ${verb} ${requestURI}`] : []
}

function shop({ password, payrollToken }: Canaries): readonly (readonly [string, object])[] {
  const labels = { app: 'web' }
  const container = {
    name: 'web',
    image: 'registry.example.com/web:1.4.0',
    env: [{ name: 'DB_PASSWORD', value: password }],
  }
  const within = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`
  const template = { metadata: { labels }, spec: { containers: [container] } }
  return [
    ['/api/v1/namespaces', { metadata: { name: 'shop' } }],
    ['/api/v1/namespaces', { metadata: { name: 'payroll' } }],
    [within('shop', 'secrets'), { metadata: { name: 'database' }, stringData: { password } }],
    [within('payroll', 'secrets'), { metadata: { name: 'bank' }, stringData: { token: payrollToken } }],
    [within('payroll', 'configmaps'), { metadata: { name: 'bank' }, data: { account: payrollToken } }],
    [within('shop', 'configmaps'), { metadata: { name: 'settings' }, data: { theme: 'plain' } }],
    [within('shop', 'serviceaccounts'), { metadata: { name: 'web' } }],
    [
      within('shop', 'pods'),
      { metadata: { name: 'web-0', labels }, spec: { containers: [container], nodeName: 'node-1' } },
    ],
    [
      '/apis/apps/v1/namespaces/shop/deployments',
      { metadata: { name: 'web' }, spec: { replicas: 1, selector: { matchLabels: labels }, template } },
    ],
  ]
}

/** The same cluster with no door in front: whatever comes is done as the administrator. For showing what would happen then. */
export async function withoutDoor(cluster: Cluster): Promise<{ readonly url: string; close(): void }> {
  const forwarded = (from: IncomingMessage): ClientRequest => {
    const { adminToken, ca, url } = cluster.server
    const headers = { ...from.headers, host: new URL(url).host, authorization: `Bearer ${adminToken}` }
    return request(new URL(from.url ?? '/', url), { method: from.method, ca, agent: false, headers })
  }
  const proxy = createServer((from, to) => {
    const on = forwarded(from)
    on.once('response', (answer) => answer.pipe(to.writeHead(answer.statusCode ?? 500, answer.headers)))
    from.pipe(on)
  })
  proxy.on('upgrade', (from, socket) => {
    const on = forwarded(from)
    on.once('upgrade', (answer, upstream) => {
      const head = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join('')}\r\n`)
      upstream.pipe(socket).pipe(upstream)
    })
    on.once('response', () => socket.destroy())
    on.end()
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`,
    close: () => {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
