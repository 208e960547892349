import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { canonicalRequest } from '../../src/request/canonical-request.js'
import { isRefused } from '../../src/request/refused.js'
import { webSocket } from '../support/requests.js'

const client = process.env['BOTHKEYS_CLIENT_NODE'] ?? '@kubernetes/client-node'
const folder = new URL('./gen/', import.meta.resolve(client))
const isFirst = client === '@kubernetes/client-node'
const encoder = new TextEncoder()

interface Built {
  getUrl(): string
  getHttpMethod(): string
  getHeaders(): Record<string, string>
  getBody(): string | undefined
}

interface Operation {
  readonly id: string
  readonly name: string
  readonly method: string
  readonly template: string
  readonly parameters: readonly string[]
  readonly required: ReadonlySet<string>
  readonly bodyType: string | undefined
  readonly build: (...given: readonly unknown[]) => Promise<Built>
}

type Factory = new (configuration: unknown) => Record<string, Operation['build']>

async function operations(): Promise<readonly Operation[]> {
  const { ServerConfiguration } = (await import(new URL('servers.js', folder).href)) as {
    ServerConfiguration: new (url: string, variables: object) => unknown
  }
  const configuration = { baseServer: new ServerConfiguration('http://governed.invalid', {}), authMethods: {} }
  const found: Operation[] = []
  for (const file of (await readdir(new URL('apis/', folder))).filter((name) => name.endsWith('Api.js')).toSorted()) {
    const exported = (await import(new URL(`apis/${file}`, folder).href)) as Record<string, Factory>
    for (const [factoryName, Class] of Object.entries(exported).filter(([name]) => name.endsWith('RequestFactory'))) {
      const factory = new Class(configuration)
      for (const name of Object.getOwnPropertyNames(Class.prototype).filter((each) => each !== 'constructor')) {
        const source = String(factory[name])
        found.push({
          id: `${factoryName}.${name}`,
          name,
          method: /HttpMethod\.([A-Z]+)/.exec(source)![1]!,
          // Some end with a mark of the generator.
          template: /localVarPath = '([^'#]+)/.exec(source)![1]!,
          parameters: /^async \w+\(([^)]*)\)/
            .exec(source)![1]!
            .split(', ')
            .filter((each) => each !== '_options'),
          required: new Set(Array.from(source.matchAll(/RequiredError\("\w+", "\w+", "(\w+)"\)/g), (each) => each[1]!)),
          bodyType: /serialize\(body, "(\w+)"/.exec(source)?.[1],
          build: (...given) => factory[name]!(...given),
        })
      }
    }
  }
  return found
}

const samples: Readonly<Record<string, unknown>> = {
  name: 'p1',
  namespace: 'team-a',
  group: 'example.com',
  version: 'v1',
  plural: 'widgets',
  // What 2.x calls the plural in one place, and in its path.
  resourcePlural: 'widgets',
  resource_plural: 'widgets',
  path: 'metrics',
  path2: 'metrics',
  logpath: 'kube-apiserver.log',
  pretty: 'true',
  dryRun: 'All',
  fieldManager: 'somebody',
  fieldValidation: 'Strict',
  labelSelector: 'app in (a, b),!old,tier=front',
  fieldSelector: 'status.phase!=Failed',
  _continue: 'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ',
  resourceVersion: '10',
  resourceVersionMatch: 'NotOlderThan',
  propagationPolicy: 'Background',
  container: 'main',
  command: 'ls',
  stream: 'Stdout',
}
const numbers = new Set([
  'limit',
  'timeoutSeconds',
  'gracePeriodSeconds',
  'sinceSeconds',
  'tailLines',
  'limitBytes',
  'ports',
])

function sample(operation: Operation, parameter: string): unknown {
  if (parameter === 'body') return bodyOf(operation)
  if (numbers.has(parameter)) return 30
  return Object.hasOwn(samples, parameter) ? samples[parameter] : true
}

function bodyOf({ method, bodyType, template }: Operation): unknown {
  if (method === 'PATCH') return [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }]
  if (bodyType === 'V1DeleteOptions') return { preconditions: { uid: 'u' } }
  // Every type is named for its kind, so that the kind must be that of the path.
  const kind =
    /^(?:Core|Events|Authentication|Discovery|Rbac|Storage|Admissionregistration|Flowcontrol)?V\d(?:(?:alpha|beta)\d)?(\w+)$/.exec(
      bodyType ?? '',
    )?.[1]
  return {
    ...(kind !== undefined && kind !== 'MicroTime' && { kind }),
    metadata: template.includes('{name}') ? { name: 'p1' } : {},
  }
}

/** What a path of a resource is about, by what its template says. */
function expected({ template }: Operation): Record<string, string> {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, key: string) => String(samples[key]))
  const [prefix, ...rest] = template.slice(1).split('/')
  const group = prefix === 'api' ? [''] : rest.splice(0, 1)
  const [version = '', ...below] = rest
  const namespaced = below[0] === 'namespaces' && below[1] === '{namespace}'
  const [resource = '', name = '', subresource = ''] = namespaced ? below.slice(2) : below
  const ofNamespace = resource === 'namespaces' && name !== ''
  return {
    apiGroup: fill(group[0]!),
    apiVersion: fill(version),
    namespace: namespaced ? 'team-a' : ofNamespace ? 'p1' : '',
    resource: fill(resource),
    name: fill(name),
    subresource,
  }
}

function expectedVerb({ name, method }: Operation, isWatch: boolean): string {
  if (name.startsWith('connect'))
    return { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method]!
  if (name.startsWith('list')) return isWatch ? 'watch' : 'list'
  if (name.startsWith('deleteCollection')) return 'deletecollection'
  const [word] = /^(?:read|get|create|replace|patch|delete)/.exec(name)!
  return { read: 'get', get: 'get', create: 'create', replace: 'update', patch: 'patch', delete: 'delete' }[word]!
}

const connects = /\{name\}\/(?:exec|attach|portforward)$/
const answersOnly = /\/(?:token|tokenreviews|selfsubject\w+|subjectaccessreviews|localsubjectaccessreviews)$/

async function given(operation: Operation, parameters: ReadonlySet<string>) {
  const built = await operation.build(
    ...operation.parameters.map((each) => (parameters.has(each) ? sample(operation, each) : undefined)),
  )
  const { pathname, search } = new URL(built.getUrl())
  const body = built.getBody()
  const isSocket = connects.test(operation.template)
  return {
    method: built.getHttpMethod(),
    target: (built.getUrl().endsWith('/') ? '/' : pathname) + search,
    headers: { ...built.getHeaders(), ...(isSocket && webSocket) },
    ...(body !== undefined && { body: encoder.encode(body) }),
  }
}

const all = await operations()
const unsupported = (operation: Operation) =>
  operation.method === 'HEAD' ||
  operation.method === 'OPTIONS' ||
  (connects.test(operation.template) && operation.method !== 'GET')

describe('every operation of @kubernetes/client-node', () => {
  it('is found', () => {
    expect(all.length).toBe(isFirst ? 991 : 1068)
  })

  for (const [which, chosen] of [
    ['what it must be given', (operation: Operation) => operation.required],
    ['all that it can be given', (operation: Operation) => new Set(operation.parameters)],
  ] as const) {
    it(`is taken for what it is, with ${which}`, async () => {
      const wrong: unknown[] = []
      for (const operation of all.filter((each) => !unsupported(each))) {
        const parameters = new Set(chosen(operation))
        if (answersOnly.test(operation.template)) parameters.delete('dryRun')
        // See below.
        parameters.delete('shardSelector')
        const canonical = canonicalRequest(await given(operation, parameters))
        if (isRefused(canonical)) {
          wrong.push([operation.id, canonical.refused])
          continue
        }
        const { info } = canonical
        const isOther = /^(?:getAPI|getCode|getServiceAccountIssuer|logFile)/.test(operation.name)
        const verb = isOther ? 'get' : expectedVerb(operation, parameters.has('watch'))
        const said = isOther ? { isResource: false, verb } : { isResource: true, verb, ...expected(operation) }
        try {
          expect(canonical.method).toBe(operation.method)
          expect(info).toMatchObject(said)
          expect(canonical.dryRun).toBe(parameters.has('dryRun'))
        } catch {
          wrong.push([operation.id, info, said])
        }
      }
      expect(wrong).toEqual([])
    })
  }

  // 2.x offers it for lists and collections; an API server that does not know it takes all of them.
  it('is refused when it is about a share of a collection', async () => {
    const sharded = all.filter(({ parameters }) => parameters.includes('shardSelector'))
    expect(sharded.length > 0).toBe(!isFirst)
    for (const operation of sharded) {
      const canonical = canonicalRequest(await given(operation, new Set([...operation.required, 'shardSelector'])))
      expect(canonical).toMatchObject({ refused: expect.stringContaining('a parameter that this kind') as string })
    }
  })

  it('is refused when it is a method that nobody needs, or connects without a WebSocket', async () => {
    const refusals = all.filter((each) => unsupported(each))
    expect(refusals.length).toBe(15)
    for (const operation of refusals) {
      expect(canonicalRequest(await given(operation, operation.required))).toHaveProperty('refused')
    }
  })

  it('is refused when a name is a dot segment, which the client folds into another path', async () => {
    const create = all.find(({ id }) => id === 'CoreV1ApiRequestFactory.deleteNamespacedPod')!
    const built = await create.build('..', 'victim')
    // What client-node makes of it is the deletion of the namespace, and can only be taken as such.
    expect(new URL(built.getUrl()).pathname).toBe('/api/v1/namespaces/victim')
    const canonical = canonicalRequest({ method: 'DELETE', target: new URL(built.getUrl()).pathname, headers: {} })
    expect(canonical).toMatchObject({
      info: { verb: 'delete', resource: 'namespaces', name: 'victim', namespace: 'victim' },
    })
    for (const target of [
      '/api/v1/namespaces/victim/pods/..',
      '/api/v1/namespaces/victim/pods/%2e%2e',
      '/api/v1/namespaces/../pods',
    ]) {
      expect(canonicalRequest({ method: 'DELETE', target, headers: {} })).toHaveProperty('refused')
    }
  })
})
