import { PassThrough } from 'node:stream'
import {
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { governed, type Governed } from '../support/governed.js'
import type { Seen } from '../support/tiny-api.js'

const allowed = [
  { duty: ['read', 'write'], resource: 'object:shop.**' },
  // The generic client asks what there is.
  { duty: 'read', resource: 'path:**' },
  // What a patch makes of an object is not known beforehand.
  { duty: 'grant', resource: 'escalate:**' },
]
const metadata = { name: 'm', namespace: 'shop', uid: '3f0c', resourceVersion: '7' }
const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'shop' } }
let on: Governed
beforeEach(async () => {
  on = await governed(allowed)
})
afterEach(() => on.close())

/** What was not asked on the door's own account, to see what would come of it. */
const sent = (): Seen[] => on.api.seen.filter(({ headers }) => headers['audit-id'] !== undefined)

const core = (): CoreV1Api => on.target.config(on.session).makeApiClient(CoreV1Api)

it('is of the version of client-node that these tests are run for', () => {
  // Only 1.x has it.
  const major = 'applyToFetchOptions' in KubeConfig.prototype ? '@kubernetes/client-node' : 'client-node-2'
  expect(major).toBe(process.env['BOTHKEYS_CLIENT_NODE'])
})

it('leads lists and writes of a generated client through the door', async () => {
  const { api, journal } = on
  api.answer = ({ body, method }) => ({
    body: method === 'GET' ? { kind: 'ConfigMapList', apiVersion: 'v1', metadata: {}, items: [map] } : body,
  })
  const listed = await core().listNamespacedConfigMap({ namespace: 'shop' })
  expect(listed.items.map(({ metadata }) => metadata?.name)).toEqual(['m'])
  const created = await core().createNamespacedConfigMap({ namespace: 'shop', body: { ...map, data: { a: '1' } } })
  expect(created.data).toEqual({ a: '1' })
  expect(sent().map(({ method }) => method)).toEqual(['GET', 'POST'])
  expect(api.seen.every(({ headers }) => headers.authorization === 'Bearer the-operators-token')).toBe(true)
  expect(journal.events.filter(({ type }) => type === 'action.outcome')).toHaveLength(2)
})

it('leads the generic client through the door, with the discovery that it does first', async () => {
  const { api, session, target } = on
  const resources = [{ kind: 'ConfigMap', name: 'configmaps', namespaced: true, verbs: ['create'] }]
  api.answer = ({ body, method }) => ({
    body: method === 'GET' ? { kind: 'APIResourceList', groupVersion: 'v1', resources } : body,
  })
  const created = await KubernetesObjectApi.makeApiClient(target.config(session)).create(map)
  expect(created.metadata).toMatchObject({ name: 'm' })
  expect(sent().map(({ method, url }) => [method, url])).toEqual([
    ['GET', '/api/v1'],
    ['POST', '/api/v1/namespaces/shop/configmaps'],
  ])
})

const merged = { metadata: { labels: { a: '1' } } }
/** The same for the object that was seen, and no other. */
function pinned(body: object): object {
  const { resourceVersion, uid } = metadata
  if (!Array.isArray(body)) {
    const { metadata: given, ...rest } = body as { readonly metadata: object }
    return { ...rest, metadata: { ...given, uid, resourceVersion } }
  }
  const tests = Object.entries({ uid, resourceVersion }).map(([name, value]) => ({
    op: 'test',
    path: `/metadata/${name}`,
    value,
  }))
  return [...tests, ...(body as object[])]
}
it.each([
  [PatchStrategy.JsonPatch, [{ op: 'add', path: '/metadata/labels', value: { a: '1' } }], {}],
  [PatchStrategy.MergePatch, merged, {}],
  [PatchStrategy.StrategicMergePatch, merged, {}],
  [PatchStrategy.ServerSideApply, { ...map, ...merged }, { fieldManager: 'agent', force: false }],
] as const)('leads a patch as %s through the door, and pins it', async (strategy, body, more) => {
  on.api.answer = () => ({ body: { ...map, metadata } })
  await core().patchNamespacedConfigMap(
    { namespace: 'shop', name: 'm', body, ...more },
    setHeaderOptions('Content-Type', strategy),
  )
  const [seen] = sent()
  expect([seen?.method, seen?.headers['content-type']]).toEqual(['PATCH', strategy])
  expect(JSON.parse(seen?.body ?? '')).toEqual(pinned(body))
})

it('keeps an informer up to date through the door', async () => {
  const { api, session, target } = on
  const config = target.config(session)
  let watches = 0
  api.answer = ({ url }) =>
    url.includes('watch=') && (watches += 1) > 1
      ? { body: '' }
      : url.includes('watch=')
        ? {
            body: `${JSON.stringify({ type: 'ADDED', object: { ...map, metadata: { name: 'n', namespace: 'shop' } } })}\n`,
          }
        : { body: { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [map] } }
  const informer = makeInformer(config, '/api/v1/namespaces/shop/configmaps', () =>
    config.makeApiClient(CoreV1Api).listNamespacedConfigMap({ namespace: 'shop' }),
  )
  const names: unknown[] = []
  informer.on('add', ({ metadata }) => names.push(metadata?.name))
  informer.on('error', () => undefined)
  await informer.start()
  try {
    await vi.waitFor(() => {
      expect(names).toEqual(['m', 'n'])
    })
  } finally {
    await informer.stop()
  }
})

it('tells who asks for a shell that nobody may have one, and connects nobody', async () => {
  const { api, session, target } = on
  const streams = [new PassThrough(), new PassThrough(), new PassThrough()] as const
  const exec = new Exec(target.config(session)).exec('shop', 'p', 'c', ['sh'], ...streams, true)
  await expect(exec).rejects.toMatchObject({ message: expect.stringContaining('403') as string })
  expect(api.seen).toEqual([])
})
