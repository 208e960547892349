import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import * as client from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { GovernedKubeConfig } from '../../src/door/governed-config.js'
import { type Handlers, MemoryDoor } from '../../src/door/memory-door.js'

type Operation = (this: object, ...given: unknown[]) => Promise<unknown>
type ApiClass = new (configuration: client.Configuration) => object

const sockets: unknown[] = []
const seen: string[] = []
const connect = Socket.prototype.connect
const refusal = '{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}'
const byWire: Handlers = {
  request(request, response) {
    seen.push(`${String(request.method)} ${String(request.url)}`)
    request.resume()
    response.writeHead(403, { 'content-type': 'application/json' })
    response.end(refusal)
  },
  upgrade(request, socket) {
    seen.push(`upgrade ${String(request.url)}`)
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
  },
}
const door = new MemoryDoor(byWire)
const config = new GovernedKubeConfig(door.ways, 'default')
/** Of a door to which clients hand over what they ask. */
const handingDoor = new MemoryDoor({
  ...byWire,
  handed({ method, target }, answer) {
    seen.push(`${method} ${target}`)
    answer.writeHead(403, { 'content-type': 'application/json' })
    answer.end(refusal)
  },
})
const handing = new GovernedKubeConfig(handingDoor.ways, 'default')

beforeAll(() => {
  // oxlint-disable-next-line typescript/no-explicit-any -- What any overload of it is called with.
  Socket.prototype.connect = function (this: Socket, ...given: any[]): Socket {
    sockets.push(given)
    throw new Error('a socket was opened')
  } as typeof connect
})
afterAll(async () => {
  Socket.prototype.connect = connect
  await Promise.all([door.close(), handingDoor.close()])
})

const classes = (Object.entries(client) as unknown as [string, ApiClass][]).filter(
  ([name, value]) => /^(?!KubernetesObject)[A-Z]\w*Api$/.test(name) && typeof value === 'function',
)
const operations = classes.flatMap(([name, api]) =>
  Object.getOwnPropertyNames(api.prototype)
    .filter((operation) => operation !== 'constructor' && !operation.endsWith('WithHttpInfo'))
    .map((operation) => ({ name, api, operation })),
)
/** Whatever an operation asks for. */
const given = new Proxy({}, { get: (_, key) => (key === 'body' ? { kind: 'X' } : 'x'), has: () => true })

it.each([
  ['by a wire', config],
  ['without one', handing],
])('leads every operation of every class of client-node to the door %s, and opens no socket', async (_way, leading) => {
  expect(operations.length).toBeGreaterThan(850)
  const missed: string[] = []
  for (const { name, api, operation } of operations) {
    const before = seen.length
    const one = leading.makeApiClient(api as never) as Record<string, Operation>
    // oxlint-disable-next-line no-await-in-loop -- One by one, so that each is seen to arrive.
    await one[operation]?.call(one, given).catch(() => undefined)
    if (seen.length === before) missed.push(`${name}.${operation}`)
  }
  expect(missed).toEqual([])
  expect(sockets).toEqual([])
})

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }
const quiet = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
/** Copying waits for nobody, so that what it rejects would end the process. */
function awaitedExec(): client.Exec {
  const exec = new client.Exec(config)
  const run = exec.exec.bind(exec) as (...given: unknown[]) => Promise<unknown>
  return Object.assign(exec, { exec: (...all: unknown[]) => run(...all).catch(() => undefined) })
}
const helpers: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(
    (['create', 'delete', 'patch', 'read', 'replace'] as const).map((verb) => [
      `ObjectApi.${verb}`,
      () => client.KubernetesObjectApi.makeApiClient(config)[verb](pod),
    ]),
  ),
  'ObjectApi.list': () => client.KubernetesObjectApi.makeApiClient(config).list('v1', 'Pod'),
  Watch: () =>
    new client.Watch(config).watch(
      '/api/v1/pods',
      {},
      () => undefined,
      () => undefined,
    ),
  informer: () =>
    client
      .makeInformer(config, '/api/v1/pods', () => config.makeApiClient(client.CoreV1Api).listPodForAllNamespaces())
      .start(),
  Log: () => new client.Log(config).log('default', 'x', 'c', quiet()),
  Exec: () => new client.Exec(config).exec('default', 'x', 'c', ['true'], quiet(), quiet(), null, false),
  Attach: () => new client.Attach(config).attach('default', 'x', 'c', quiet(), quiet(), null, false),
  PortForward: () =>
    new client.PortForward(config).portForward('default', 'x', [80], quiet(), quiet(), new client.Log(config) as never),
  Cp: () => new client.Cp(config, awaitedExec()).cpFromPod('default', 'x', 'c', '/a', '/tmp'),
  Metrics: () => new client.Metrics(config).getNodeMetrics(),
  topNodes: () => client.topNodes(config.makeApiClient(client.CoreV1Api)),
  topPods: () => client.topPods(config.makeApiClient(client.CoreV1Api), new client.Metrics(config)),
  Health: () => new client.Health(config).readyz({}),
}

it.each(Object.entries(helpers))('leads %s to the door, and opens no socket', async (_name, call) => {
  const before = seen.length
  try {
    await call()
  } catch {
    // It is denied.
  }
  await expect.poll(() => seen.length).toBeGreaterThan(before)
  expect(sockets).toEqual([])
})

it('holds no credential', () => {
  expect(config.exportConfig()).not.toMatch(/token|password|certificate|key/i)
})

it.each([
  'loadFromFile',
  'loadFromString',
  'loadFromOptions',
  'loadFromClusterAndUser',
  'loadFromCluster',
  'loadFromDefault',
  'mergeConfig',
  'setCurrentContext',
  'addCluster',
  'addUser',
  'addContext',
  'addAuthenticator',
] as const)('takes nothing by %s', (name) => {
  const other = { name: 'other', server: 'https://other.invalid', contexts: [], clusters: [], users: [] }
  expect(() => {
    ;(config[name] as (...given: unknown[]) => void)(other, other)
  }).toThrow('cannot be changed')
})
