import type { RequestGiven } from '../../src/request/canonical-request.js'
import { fc } from './properties.js'

const encoder = new TextEncoder()

/** A request as a client sends it, with a body of JSON. */
export function request(
  method: string,
  target: string,
  body?: unknown,
  headers: RequestGiven['headers'] = {},
): RequestGiven {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return {
    method,
    target,
    headers: { ...(body !== undefined && { 'content-type': contentType }), ...headers },
    ...(body !== undefined && { body: encoder.encode(typeof body === 'string' ? body : JSON.stringify(body)) }),
  }
}

/** Headers of a client that wants to exchange frames. */
export const webSocket = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-protocol': 'v5.channel.k8s.io, v4.channel.k8s.io, channel.k8s.io',
}

const method = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE') },
  { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'get', 'CONNECT', 'TRACE', '') },
)

const prefix = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom('/api/v1', '/api/v1', '/apis/apps/v1', '/apis/example.com/v1beta1') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/api',
      '/apis',
      '/apis/apps',
      '/version',
      '/healthz',
      '/openapi/v2',
      '/API/v1',
      '',
      '/',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '//api/v1',
      '/api//v1',
      '/./api/v1',
      'https://host/api/v1',
      '/api/v1/watch',
      '/api/v1/proxy',
    ),
  },
)
const resource = fc.constantFrom(
  'pods',
  'secrets',
  'services',
  'nodes',
  'deployments',
  'widgets',
  'serviceaccounts',
  'namespaces',
)
const namespace = fc.constantFrom('team-a', 'kube-system', 'status', 'default')
const name = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom('p1', 'web-0', 'system:node', 'a.b', 'status', 'watch') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      'a%2Fb',
      'a%5cb',
      '%00',
      '%25',
      'é',
      '%C3%A9',
      '',
      'a b',
      '%zz',
      'a;b',
      'A~1',
    ),
  },
)
const subresource = fc.constantFrom(
  'status',
  'scale',
  'log',
  'exec',
  'attach',
  'portforward',
  'proxy',
  'eviction',
  'binding',
  'token',
  'finalize',
  'proxy/metrics/x',
  'status/more',
  'Status',
)

const path = fc
  .record({
    prefix,
    namespace: fc.option(namespace, { nil: undefined }),
    resource: fc.option(resource, { nil: undefined, freq: 20 }),
    name: fc.option(name, { nil: undefined }),
    subresource: fc.option(subresource, { nil: undefined, freq: 2 }),
    end: fc.oneof(
      { weight: 20, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constantFrom('/', '//', '/.', '%2f', '%20') },
    ),
  })
  .map((parts) => {
    const within = parts.namespace === undefined ? [] : ['namespaces', parts.namespace]
    const below = [parts.resource, parts.name, parts.subresource]
    const end = below.indexOf(undefined)
    return [parts.prefix, ...within, ...(end < 0 ? below : below.slice(0, end))].join('/') + parts.end
  })

const selector = fc.constantFrom(
  'metadata.name=p1',
  'metadata.name==p1',
  'metadata.name!=p1',
  'status.phase=Running,metadata.name=p1',
  'metadata.name=a,metadata.name=b',
  'metadata.name=..',
  'metadata.name=',
  '',
)
const labels = fc.constantFrom('a=b', 'a in (b, c),!d', 'a==b', 'in', 'a=b,', 'x.io/a!=b', 'a notin (b)')
const pair = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'watch=true',
      'watch=0',
      'watch=1',
      'limit=500',
      'timeoutSeconds=60',
      'resourceVersion=0',
      'resourceVersion=',
      'pretty=true',
      'dryRun=All',
      'fieldManager=kubectl',
      'fieldValidation=Strict',
      'force=true',
      'gracePeriodSeconds=0',
      'propagationPolicy=Orphan',
      'container=c',
      'follow=true',
      'tailLines=10',
      'stdout=true',
      'stdin=true',
      'ports=80',
      'ports=8080',
      'timeout=32s',
      'allowWatchBookmarks=true',
      'command=ls',
      'command=-l',
      'command=%C3%A9%0A%3B+x',
    ),
  },
  { weight: 2, arbitrary: selector.map((text) => `fieldSelector=${encodeURIComponent(text)}`) },
  { weight: 2, arbitrary: labels.map((text) => `labelSelector=${encodeURIComponent(text)}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'watch',
      'watch=no',
      'Watch=1',
      '%77atch=1',
      'a;watch=1',
      'limit=x',
      'dryRun=',
      'dryrun=All',
      '',
      '=',
      '%zz=1',
      'x=1',
    ),
  },
)
const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 5, arbitrary: fc.array(pair, { minLength: 1, maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`) },
)

/** Writes some characters of a target as escapes, which changes nothing for the server. */
const escaped = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(text) },
    {
      weight: 1,
      arbitrary: fc.nat({ max: Math.max(text.length - 1, 0) }).map((at) => {
        const character = text.charAt(at)
        const isPlain = /^[a-z0-9]$/.test(character) && !/%[0-9A-Fa-f]?$/.test(text.slice(0, at))
        return isPlain ? `${text.slice(0, at)}%${character.charCodeAt(0).toString(16)}${text.slice(at + 1)}` : text
      }),
    },
  )

const body = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      '{}',
      '{"metadata":{"name":"p1","namespace":"team-a"}}',
      '{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":1}}',
      '{"dryRun":["All"],"gracePeriodSeconds":0}',
      '{"preconditions":{"uid":"u"},"kind":"DeleteOptions","apiVersion":"v1"}',
      '{"deleteOptions":{"dryRun":["All"]}}',
      '[{"op":"test","path":"/metadata/resourceVersion","value":"1"}]',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'null', '{"a":1,"a":2}', '{"a":1e400}', 'a: b', '{} {}', '[]', '\u{feff}{}'),
  },
)
const contentType = fc.constantFrom(
  undefined,
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/yaml',
)
const upgrade = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant(webSocket) })

/** Requests in which anything comes with anything. */
const mixed: fc.Arbitrary<RequestGiven> = fc
  .record({
    method,
    target: fc.tuple(path, query).chain(([one, other]) => escaped(one + other)),
    body,
    contentType,
    upgrade,
  })
  .map(({ method, target, body, contentType, upgrade }) => {
    const headers = {
      accept: 'application/json, */*;q=0.8',
      ...(contentType && { 'content-type': contentType }),
      ...upgrade,
    }
    const bytes = method === 'GET' || body === undefined ? {} : { body: encoder.encode(body) }
    return { method, target, headers, ...bytes }
  })

const some = (...pairs: readonly string[]) => fc.subarray([...pairs])
const selectors = [
  'fieldSelector=metadata.name%3Dp1',
  'fieldSelector=status.phase!%3DFailed,metadata.name%3D%3Dweb-0',
  'labelSelector=a%3Db,c+in+(d,e)',
]
const listing = some(
  ...selectors.slice(0, 1),
  selectors[2]!,
  'limit=500',
  'resourceVersion=0',
  'timeoutSeconds=60',
  'watch=1',
  'allowWatchBookmarks=true',
  'pretty=0',
)
const writing = some('dryRun=All', 'fieldManager=kubectl', 'fieldValidation=Strict', 'timeout=32s', 'pretty=true')
const deletion = some('dryRun=All', 'gracePeriodSeconds=0', 'propagationPolicy=Orphan', 'orphanDependents=true')
const streams = some('container=c', 'stdout=true', 'stderr=1', 'stdin=false', 'tty=0')
const words = fc.array(fc.constantFrom('ls', '-l', '%C3%A9%0A%3B+x', ''), { minLength: 1, maxLength: 3 })
const commands = words.map((each) => each.map((word) => `command=${word}`))
const named = fc.constantFrom('p1', 'web-0', 'system:node', 'a.b', 'status', 'A~1')
const collections = fc.constantFrom(
  '/api/v1/pods',
  '/api/v1/namespaces/team-a/pods',
  '/api/v1/namespaces/status/secrets',
  '/api/v1/nodes',
  '/api/v1/namespaces',
  '/apis/apps/v1/namespaces/team-a/deployments',
  '/apis/example.com/v1beta1/widgets',
)
const objects = fc
  .tuple(collections, named)
  .map(([one, other]) => `${one}/${other.replace(/[^a-z0-9]/g, '-').toLowerCase()}`)
const below = fc.constantFrom('', '', '/status', '/finalize')
const pod = fc
  .tuple(fc.constantFrom('team-a', 'status'), named)
  .map(([one, other]) => `/api/v1/namespaces/${one}/pods/${other}`)
const object = fc.constantFrom<unknown>(
  {},
  { metadata: { labels: { a: 'b' } } },
  { spec: { replicas: 1.5 }, data: { '1': 'x', ['__proto__']: 'y' } },
)
const options = fc.constantFrom<unknown>(
  undefined,
  {},
  { dryRun: ['All'] },
  { gracePeriodSeconds: 0, preconditions: { uid: 'u' } },
)
const nothing = fc.constant<unknown>(undefined)
const noPairs = fc.constant<string[]>([])
const opaque = some('a=1', 'path=/x', 'watch=1', 'dryRun=All')
const others = fc.constantFrom(
  '/',
  '/api',
  '/apis',
  '/api/v1',
  '/apis/apps/v1',
  '/version',
  '/healthz',
  '/openapi/v3/apis/apps/v1',
)
const patchTypes = fc
  .constantFrom('merge-patch+json', 'strategic-merge-patch+json')
  .map((type) => `application/${type}`)

type Parts = readonly [
  string,
  fc.Arbitrary<string>,
  fc.Arbitrary<string[]>,
  fc.Arbitrary<unknown>,
  fc.Arbitrary<RequestGiven['headers']>?,
]
const at = (from: fc.Arbitrary<string>, end: string) => from.map((text) => `${text}${end}`)
const sorts: readonly Parts[] = [
  ['GET', collections, listing, nothing],
  ['GET', fc.tuple(objects, below).map(([one, other]) => one + other), some('resourceVersion=0', 'pretty=1'), nothing],
  ['POST', collections, writing, object],
  ['PUT', fc.tuple(objects, below).map(([one, other]) => one + other), writing, object],
  [
    'PATCH',
    objects,
    fc.tuple(writing, some('force=true')).map((each) => each.flat()),
    object,
    patchTypes.map((type) => ({ 'content-type': type })),
  ],
  ['DELETE', objects, deletion, options],
  ['DELETE', collections, fc.tuple(deletion, some(...selectors.slice(1))).map((each) => each.flat()), options],
  [
    'GET',
    at(pod, '/log'),
    some('container=c', 'follow=true', 'tailLines=10', 'sinceTime=2024-01-01T00:00:00Z'),
    nothing,
  ],
  ['GET', at(pod, '/exec'), fc.tuple(streams, commands).map((each) => each.flat()), nothing, fc.constant(webSocket)],
  ['GET', at(pod, '/attach'), streams, nothing, fc.constant(webSocket)],
  ['GET', at(pod, '/portforward'), some('ports=80', 'ports=8080'), nothing, fc.constant(webSocket)],
  ['GET', at(pod, '/proxy/metrics'), opaque, nothing],
  ['POST', at(pod, '/proxy'), opaque, object],
  [
    'POST',
    at(pod, '/eviction'),
    writing,
    fc.constantFrom<unknown>({}, { deleteOptions: { dryRun: ['All'], gracePeriodSeconds: 1 } }),
  ],
  ['POST', at(pod, '/binding'), writing, object],
  ['POST', fc.constant('/api/v1/namespaces/team-a/serviceaccounts/default/token'), some('pretty=1'), object],
  ['POST', fc.constant('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'), some('pretty=1'), object],
  ['GET', others, some('timeout=32s'), nothing],
]

/** Requests of every kind as clients send them, with some characters escaped. */
const sound: fc.Arbitrary<RequestGiven> = fc.oneof(
  ...sorts.map(([method, from, pairs, value, headers = fc.constant({})]) =>
    fc
      .tuple(from, fc.oneof(pairs, noPairs), value, headers)
      .chain(([path, query, body, given]) =>
        escaped(query.length === 0 ? path : `${path}?${query.join('&')}`).map((target) =>
          request(method, target, body, given),
        ),
      ),
  ),
)

/**
 * Requests of all kinds, sound and unsound: methods, paths, escapes, queries and bodies. The same seed makes the same ones, so that what a real
 * server says of them can be compared.
 */
export const anyRequest: fc.Arbitrary<RequestGiven> = fc.oneof(sound, mixed)

/** So many requests, always the same for one seed. */
export function requests(count: number, seed: number): readonly RequestGiven[] {
  return fc.sample(anyRequest, { numRuns: count, seed })
}
