import * as client from '@kubernetes/client-node'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { GovernedKubeConfig } from '../../src/door/governed-config.js'
import { handedRequest } from '../../src/door/handed-request.js'
import { MemoryDoor } from '../../src/door/memory-door.js'
import { readHanded, readRequest } from '../../src/door/read-request.js'

const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now())
const runs = process.env['BOTHKEYS_SOAK'] === undefined ? 400 : 10_000

type Operation = (this: object, ...given: unknown[]) => Promise<unknown>
type ApiClass = new (configuration: client.Configuration) => object

/** What the door read, and how it came. */
const read: { way: 'wire' | 'handed'; what: unknown }[] = []
const answer = '{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}'
const door = new MemoryDoor({
  request: (request, response) =>
    void readRequest(request, 'governed.invalid', () => true).then((what) => {
      read.push({ way: 'wire', what })
      response.writeHead(403, { 'content-type': 'application/json' }).end(answer)
    }),
  upgrade: (_request, socket) => socket.destroy(),
  handed: (request, to) => {
    read.push({ way: 'handed', what: readHanded(request, () => true) })
    to.writeHead(403, { 'content-type': 'application/json' })
    to.end(answer)
  },
})
const is2 = process.env['BOTHKEYS_CLIENT_NODE'] === 'client-node-2'
const { agent, dispatcher } = door.ways
const handing = new GovernedKubeConfig(door.ways, 'default')
const byWire = new GovernedKubeConfig({ agent, dispatcher }, 'default')
afterAll(() => door.close())

const classes = (Object.entries(client) as unknown as [string, ApiClass][]).filter(
  ([name, value]) => /^(?!KubernetesObject)[A-Z]\w*Api$/.test(name) && typeof value === 'function',
)
const operations = classes.flatMap(([name, api]) =>
  Object.getOwnPropertyNames(api.prototype)
    .filter((operation) => operation !== 'constructor' && !operation.endsWith('WithHttpInfo'))
    .map((operation) => ({ name: `${name}.${operation}`, api, operation })),
)

async function readOf(
  config: GovernedKubeConfig,
  { api, operation }: (typeof operations)[number],
  given: object,
  options?: unknown,
): Promise<(typeof read)[number] | undefined> {
  read.length = 0
  const one = config.makeApiClient(api as never) as Record<string, Operation>
  await one[operation]?.call(one, given, options).catch(() => undefined)
  return read[0]
}

const body = { kind: 'X', metadata: { name: 'ä', labels: { a: 'b' } } }
const always = (text: unknown): object =>
  new Proxy({}, { get: (_, key) => (key === 'body' ? body : text), has: () => true })
/** What every operation of them asks for, and nothing that it may go without. */
const asked = new Set(['group', 'logpath', 'name', 'namespace', 'path', 'plural', 'resourcePlural', 'version'])
const needed = (text: unknown): object =>
  new Proxy({}, { get: (_, key) => (key === 'body' ? body : asked.has(String(key)) ? text : undefined) })

const pod = {
  name: 'CoreV1Api.readNamespacedPod',
  api: client.CoreV1Api as unknown as ApiClass,
  operation: 'readNamespacedPod',
}
const named = { namespace: 'a', name: 'b' }

describe('a request that is handed over', () => {
  it('is read as it is from a wire, whichever operation it is of', async () => {
    expect(operations.length).toBeGreaterThan(850)
    const ways: string[] = []
    for (const operation of operations) {
      // oxlint-disable-next-line no-await-in-loop -- One by one, so that each is seen to arrive.
      const [handed, sent] = [
        await readOf(handing, operation, needed('x')),
        await readOf(byWire, operation, needed('x')),
      ]
      expect([operation.name, handed?.what]).toEqual([operation.name, sent?.what])
      expect([operation.name, sent?.way]).toEqual([operation.name, 'wire'])
      ways.push(handed?.way ?? '')
    }
    expect(ways.filter((way) => way === 'handed').length).toBeGreaterThan(850)
  })

  it('is read as it is from a wire, whatever it names', async () => {
    const names = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        'a/b',
        'a?b',
        'a#b',
        'a%2fb',
        '%2e%2e',
        'ä',
        'a b',
        "a'b",
        'a;b',
        'a&watch=1',
        '+',
        '"<>|{}',
        '\\',
        '\n',
        'a\0',
        '😀',
        '\ud800',
        'x'.repeat(300),
      ),
      fc.string(),
    )
    const which = fc.constantFrom(...operations)
    await fc.assert(
      fc.asyncProperty(which, names, fc.constantFrom(always, needed), async (operation, name, make) => {
        const handed = await readOf(handing, operation, make(name))
        const sent = await readOf(byWire, operation, make(name))
        expect(handed?.what).toEqual(sent?.what)
      }),
      { seed, numRuns: runs },
    )
  })

  it('is refused as from a wire where its body is larger than the API server takes', async () => {
    const large = { namespace: 'a', body: { kind: 'ConfigMap', data: { a: 'x'.repeat(3 * 1024 * 1024) } } }
    const create = { ...pod, operation: 'createNamespacedConfigMap' }
    const [handed, sent] = [await readOf(handing, create, large), await readOf(byWire, create, large)]
    expect([handed?.way, sent?.way]).toEqual(['handed', 'wire'])
    expect(handed?.what).toEqual({ refused: 'The body is larger than the API server takes.' })
    expect(sent?.what).toEqual(handed?.what)
  })

  it('is answered as it is by a wire', async () => {
    const errors = await Promise.all(
      [handing, byWire].map((config) =>
        config
          .makeApiClient(client.CoreV1Api)
          .readNamespacedPod({ namespace: 'a', name: 'b' })
          .catch((error: unknown) => error as client.ApiException<string>),
      ),
    )
    const [handed, sent] = errors as [client.ApiException<string>, client.ApiException<string>]
    expect([handed.code, handed.body]).toEqual([sent.code, sent.body])
    expect([handed.code, handed.body]).toEqual([403, answer])
    expect(sent.headers).toMatchObject(handed.headers)
  })
})

const asksTwice: [string, unknown] = ['who asks twice', client.setHeaderOptions('accept', 'application/json')]

describe('a request goes by a wire', () => {
  it.each<[string, unknown]>([
    ['who asks for more than operations do', client.setHeaderOptions('X-Other', 'a')],
    ['who asks for somebody else', client.setHeaderOptions('Impersonate-User', 'root')],
    // From 2.x on a header has one value, whatever its case.
    ...(is2 ? [] : [asksTwice]),
    ['what no header holds', client.setHeaderOptions('Accept', ' application/json')],
    [
      'who may take it back',
      {
        middlewareMergeStrategy: 'append',
        middleware: [
          {
            pre: (context: client.RequestContext) => {
              context.setSignal(new AbortController().signal)
              return new client.Observable(Promise.resolve(context))
            },
            post: (response: client.ResponseContext) => new client.Observable(Promise.resolve(response)),
          },
        ],
      },
    ],
  ])('of %s', async (_of, options) => {
    const [handed, sent] = [await readOf(handing, pod, named, options), await readOf(byWire, pod, named, options)]
    expect(handed).toEqual(sent)
    expect(handed?.way).toBe('wire')
  })

  it('that is followed', async () => {
    const list = { ...pod, operation: 'listNamespacedPod' }
    expect((await readOf(handing, list, { namespace: 'a', watch: true }))?.way).toBe('wire')
    const log = { ...pod, operation: 'readNamespacedPodLog' }
    expect((await readOf(handing, log, { ...named, follow: true }))?.way).toBe('wire')
    expect((await readOf(handing, log, named))?.way).toBe('handed')
  })

  it.each([
    ['another server', { baseServer: new client.ServerConfiguration('http://other.invalid', {}) }],
    [
      'a server that is named like it',
      { baseServer: new client.ServerConfiguration('http://governed.invalid.example', {}) },
    ],
  ])('to %s, which the door refuses', async (_to, options) => {
    const [handed, sent] = [await readOf(handing, pod, named, options), await readOf(byWire, pod, named, options)]
    expect(handed).toEqual(sent)
    expect(handed).toMatchObject({ way: 'wire', what: { refused: 'The request is for another host.' } })
  })

  it('that leads to no door, and nowhere', async () => {
    expect(await readOf(handing, pod, named, { authMethods: {} })).toBeUndefined()
  })
})

describe('what is handed over', () => {
  const context = (more: object = {}): client.RequestContext =>
    Object.assign(new client.RequestContext('http://governed.invalid/api/v1/pods', client.HttpMethod.GET), {
      headers: { Accept: 'application/json' },
      ...more,
    })

  it('is what was asked', () => {
    expect(handedRequest(context())).toEqual({
      method: 'GET',
      target: '/api/v1/pods',
      headers: { accept: 'application/json' },
      body: Buffer.alloc(0),
    })
  })

  it.each([
    ['another method', { httpMethod: 'HEAD' }],
    ['no method', { getHttpMethod: () => ({ toString: () => 'GET' }) }],
    ['no text for a place', { getUrl: () => ({ startsWith: () => true, slice: () => '/api/v1/pods' }) }],
    ['a place that was never read as one', { getUrl: () => 'http://governed.invalid/api/v1/../../version' }],
    ['an escaped dot', { getUrl: () => 'http://governed.invalid/api/%2E%2e/version' }],
    ['what is followed, in other letters', { getUrl: () => 'http://governed.invalid/api/v1/pods?%77atch=true' }],
    ['the same behind another', { getUrl: () => 'http://governed.invalid/api/v1/pods?limit=1&watc%68=1' }],
    ['a fragment', { getUrl: () => 'http://governed.invalid/api/v1/pods#a' }],
    ['no path', { getUrl: () => 'http://governed.invalid' }],
    ['another host', { getUrl: () => 'http://governed.invalie/api/v1/pods' }],
    ['another port', { getUrl: () => 'http://governed.invalid:80/api/v1/pods' }],
    ['no text for a header', { headers: { Accept: ['application/json'] } }],
    ['no header for what it takes', { headers: {} }],
    ['a header of two lines', { headers: { Accept: 'application/json\r\nimpersonate-user: root' } }],
    ['how its body is framed', { headers: { Accept: 'a/b', 'Transfer-Encoding': 'chunked' } }],
    ['a body where it only reads', { headers: { Accept: 'a/b', 'Content-Type': 'a/b' }, body: '{}' }],
    ['a body of no type', { httpMethod: 'POST', body: '{}' }],
    [
      'a form',
      { httpMethod: 'POST', headers: { Accept: 'a/b', 'Content-Type': 'a/b' }, body: new URLSearchParams('a=b') },
    ],
  ])('has not %s', (_what, more) => {
    expect(handedRequest(context(more))).toBeUndefined()
  })

  it('is refused where its body is larger than the API server takes, and where there is no room', () => {
    const given = {
      method: 'POST',
      target: '/api/v1/namespaces/a/pods',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    }
    const large = { ...given, body: Buffer.alloc(3 * 1024 * 1024 + 1, 0x20) }
    expect(readHanded(large, () => true)).toEqual({ refused: 'The body is larger than the API server takes.' })
    const asked: number[] = []
    const small = { ...given, body: Buffer.from('{"kind":"Pod"}') }
    const hold = (bytes: number): boolean => asked.push(bytes) > 1
    expect(readHanded(small, hold)).toBeTypeOf('symbol')
    expect(readHanded(small, hold)).toMatchObject({ method: 'POST' })
    expect(asked.every((bytes) => bytes > small.body.length)).toBe(true)
  })
})
