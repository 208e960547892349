import { auditEvents, callApi } from '@bothkeys/local-kubernetes'
import {
  ApiException,
  CoreV1Api,
  type KubernetesObject,
  makeInformer,
  setHeaderOptions,
  VersionApi,
} from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { guarded, type Guarded } from '../support/governed.js'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

const canary = 'canary-7c1d9e'
let here: Stage
let on: Guarded
let core: CoreV1Api

beforeAll(async () => {
  here = await stage()
  const { cluster, namespace } = here
  await callApi(cluster, 'POST', `/api/v1/namespaces/${namespace}/secrets`, {
    metadata: {
      name: 's',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"stringData":{"a":"${canary}"}}` },
    },
    stringData: { a: canary },
  })
  on = await guarded(plainConfig(cluster), [
    { duty: ['read', 'write', 'delete'], resource: `object:${namespace}.**` },
    { duty: 'read', resource: 'path:*' },
  ])
  core = on.target.config(on.session).makeApiClient(CoreV1Api)
})
afterAll(() => on.guard.close())

it('carries what client-node asks for, by the credential of the operator', async () => {
  const { namespace } = here
  const { gitVersion } = await on.target.config(on.session).makeApiClient(VersionApi).getCode()
  expect(gitVersion).toBe(`v${here.cluster.version}`)
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } }
  await core.createNamespacedConfigMap({ namespace, body })
  expect((await core.readNamespacedConfigMap({ namespace, name: 'c' })).data).toEqual({ a: '1' })
  await core.deleteNamespacedConfigMap({ namespace, name: 'c' })
  await expect(core.readNamespacedConfigMap({ namespace, name: 'c' })).rejects.toThrow(ApiException)
})

it('deletes nothing in a dry run, however the options are given', async () => {
  const { namespace } = here
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } }
  await core.createNamespacedConfigMap({ namespace, body })
  await core.deleteNamespacedConfigMap({ namespace, name: 'kept', dryRun: 'All', body: {} })
  expect((await core.readNamespacedConfigMap({ namespace, name: 'kept' })).metadata?.name).toBe('kept')
})

it.each([
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  '*/*',
])('shows no secret to who accepts %s', async (accept) => {
  const { namespace } = here
  const seen: unknown[] = []
  const given = setHeaderOptions('Accept', accept)
  for (const call of [
    () => core.listNamespacedSecret({ namespace }, given),
    () => core.readNamespacedSecret({ namespace, name: 's' }, given),
  ]) {
    // oxlint-disable-next-line no-await-in-loop -- Two, one after the other.
    seen.push(await call().catch((error: unknown) => (error instanceof ApiException ? (error.body as unknown) : error)))
  }
  const text = JSON.stringify(seen)
  expect(text).not.toContain(canary)
  expect(text).not.toContain(Buffer.from(canary).toString('base64').slice(0, 12))
})

it('shows no secret to who watches', async () => {
  const { namespace } = here
  const config = on.target.config(on.session)
  const seen: KubernetesObject[] = []
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/secrets`, () =>
    core.listNamespacedSecret({ namespace }),
  )
  informer.on('add', (object) => seen.push(object))
  await informer.start()
  const more = { metadata: { name: 'later' }, stringData: { a: canary } }
  await callApi(here.cluster, 'POST', `/api/v1/namespaces/${namespace}/secrets`, more)
  await expect.poll(() => new Set(seen.map((each) => each.metadata?.name))).toEqual(new Set(['later', 's']))
  await informer.stop()
  expect(JSON.stringify(seen)).not.toContain(canary)
  expect(JSON.stringify(seen)).not.toContain(Buffer.from(canary).toString('base64').slice(0, 12))
})

it('keeps a namespace whose name comes out of the path of a pod', async () => {
  const { namespace } = here
  await expect(core.deleteNamespacedPod({ namespace, name: '..' })).rejects.toThrow(/403/)
  const { status } = await plainConfig(here.cluster).makeApiClient(CoreV1Api).readNamespace({ name: namespace })
  expect(status?.phase).toBe('Active')
})

it('can be found in the audit log of the cluster', async () => {
  const agents = (await auditEvents(here.cluster)).map(({ userAgent }) => userAgent)
  expect(agents).toContain(`bothkeys/agent-1/${on.session.id.slice(0, 8)}`)
})
