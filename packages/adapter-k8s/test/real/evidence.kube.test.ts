import { callApi } from '@bothkeys/local-kubernetes'
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  type V1ConfigMap,
} from '@kubernetes/client-node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { holding, KeepingApprover } from '../support/approver.js'
import { guarded, type Guarded } from '../support/governed.js'
import { writesOf } from '../support/config-map-writes.js'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

const approver = new KeepingApprover()
let here: Stage
let held: Guarded
let open: Guarded
let plain: CoreV1Api
let namespace: string

const template = (more: object = {}): object => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'registry.example.com/web:1', ...more }] },
})

beforeAll(async () => {
  here = await stage()
  ;({ namespace } = here)
  const config = plainConfig(here.cluster)
  plain = config.makeApiClient(CoreV1Api)
  const rules = [{ duty: ['read', 'write', 'delete'], resource: `object:${namespace}.**` }]
  open = await guarded(config, [...rules, { duty: 'grant', resource: `object:${namespace}.**` }])
  const body = {
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template() },
  }
  await callApi(here.cluster, 'POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, body)
})
afterAll(async () => {
  await open.guard.close()
})
// A session of its own each: those who ask often are told less.
beforeEach(async () => {
  const rules = [{ duty: ['read', 'write', 'delete'], resource: `object:${namespace}.**` }]
  const every = [
    ...rules,
    { duty: 'delete', resource: ['destroy:**', 'object:"*".namespaces.*'] },
    { duty: 'define', resource: 'object:"*".namespaces.*' },
    { duty: 'grant', resource: ['escalate:**', `object:${namespace}.**`] },
  ]
  held = await guarded(plainConfig(here.cluster), every, {
    approvers: [approver],
    policy: holding('write', 'delete', 'grant', 'define'),
  })
  approver.requests.length = 0
  approver.meanwhile = () => Promise.resolve()
})
afterEach(() => held.guard.close())

const core = (on: Guarded): CoreV1Api => on.target.config(on.session).makeApiClient(CoreV1Api)
const apps = (on: Guarded): AppsV1Api => on.target.config(on.session).makeApiClient(AppsV1Api)
const as = (strategy: string): ReturnType<typeof setHeaderOptions> => setHeaderOptions('Content-Type', strategy)

async function config(name: string, data: Record<string, string> = { a: '1' }): Promise<V1ConfigMap> {
  return plain.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data } })
}

async function refusal(call: Promise<unknown>): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await call
  } catch (error) {
    if (error instanceof ApiException) return JSON.parse(String(error.body)) as never
    throw error
  }
  throw new Error('it went through')
}

describe('a patch is judged by what comes of it:', () => {
  it('one that changes nothing else needs no more than to write', async () => {
    await config('plain')
    const body = { data: { a: '2' } }
    await core(open).patchNamespacedConfigMap({ namespace, name: 'plain', body }, as(PatchStrategy.MergePatch))
    expect((await plain.readNamespacedConfigMap({ namespace, name: 'plain' })).data).toEqual({ a: '2' })
  })

  it.each([
    [
      'privileged containers, by a strategic patch',
      PatchStrategy.StrategicMergePatch,
      { spec: { template: { spec: { containers: [{ name: 'c', securityContext: { privileged: true } }] } } } },
      'grant escalate:baseline.privileged',
    ],
    [
      'processes of the node, by a JSON patch',
      PatchStrategy.JsonPatch,
      [{ op: 'add', path: '/spec/template/spec/hostPID', value: true }],
      'grant escalate:baseline.hostNamespaces',
    ],
    [
      'no pods, by a merge patch',
      PatchStrategy.MergePatch,
      { spec: { replicas: 0 } },
      'delete destroy:destroy.scaledToZero',
    ],
    [
      'a path of the node, by an apply',
      PatchStrategy.ServerSideApply,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { template: { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } } },
      },
      'grant escalate:baseline.hostPath',
    ],
  ])('%s', async (_, strategy, body, effect) => {
    const { code, message } = await refusal(
      apps(open).patchNamespacedDeployment(
        {
          namespace,
          name: 'web',
          body,
          fieldManager: 'agent',
          ...(strategy === PatchStrategy.ServerSideApply && { force: true }),
        },
        as(strategy),
      ),
    )
    expect([code, message]).toEqual([403, expect.stringContaining(effect)])
    const { spec } = await plainConfig(here.cluster)
      .makeApiClient(AppsV1Api)
      .readNamespacedDeployment({ namespace, name: 'web' })
    expect([spec?.replicas, spec?.template.spec?.hostPID]).toEqual([2, undefined])
  })

  it('no scale to nothing', async () => {
    const call = apps(open).patchNamespacedDeploymentScale(
      { namespace, name: 'web', body: { spec: { replicas: 0 } } },
      as(PatchStrategy.MergePatch),
    )
    expect((await refusal(call)).message).toContain('delete destroy:destroy.scaledToZero')
  })
})

describe('what was approved is what is written:', () => {
  const writes = writesOf(
    () => core(held),
    () => namespace,
  )

  it.each(writes)('%s of what changed meanwhile are refused', async (kind, { code, write }) => {
    const name = `stale-${kind.toLowerCase().replaceAll(' ', '-')}`
    await config(name)
    approver.meanwhile = () =>
      callApi(here.cluster, 'PATCH', `/api/v1/namespaces/${namespace}/configmaps/${name}`, { data: { a: 'other' } })
    await expect(write(name)).rejects.toMatchObject({ code })
    expect((await plain.readNamespacedConfigMap({ namespace, name })).data).toEqual({ a: 'other' })
  })

  it.each(writes)('%s of what is gone and there again are refused', async (kind, { code, write }) => {
    const name = `again-${kind.toLowerCase().replaceAll(' ', '-')}`
    await config(name)
    approver.meanwhile = async () => {
      await plain.deleteNamespacedConfigMap({ namespace, name })
      await config(name, { a: 'again' })
    }
    await expect(write(name)).rejects.toMatchObject({ code })
    expect((await plain.readNamespacedConfigMap({ namespace, name })).data).toEqual({ a: 'again' })
  })

  it.each(writes)('%s of what stayed as it was go through', async (kind, { write }) => {
    const name = `fresh-${kind.toLowerCase().replaceAll(' ', '-')}`
    await config(name)
    await write(name)
    if (kind === 'deletions') {
      await expect(plain.readNamespacedConfigMap({ namespace, name })).rejects.toMatchObject({ code: 404 })
      expect(approver.shown).toContain(`- "configmaps ${name}": made 20`)
      return
    }
    expect((await plain.readNamespacedConfigMap({ namespace, name })).data).toMatchObject({ b: '1' })
    expect(approver.shown).toContain('+ data.b: "1"')
    expect(approver.requests[0]?.text).toContain('resourceVersion')
  })

  it('what the client itself says of the version stays', async () => {
    const { metadata } = await config('own')
    const later = await plain.replaceNamespacedConfigMap({
      namespace,
      name: 'own',
      body: { metadata: { name: 'own' }, data: {} },
    })
    const body = { metadata: { resourceVersion: metadata?.resourceVersion }, data: { b: '1' } }
    const patch = core(open).patchNamespacedConfigMap({ namespace, name: 'own', body }, as(PatchStrategy.MergePatch))
    await expect(patch).rejects.toMatchObject({ code: 409 })
    expect((await plain.readNamespacedConfigMap({ namespace, name: 'own' })).metadata?.resourceVersion).toBe(
      later.metadata?.resourceVersion,
    )
  })

  it('an apply that was to make an object changes none', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { b: '1' } }
    approver.meanwhile = () => config('made')
    const apply = core(held).patchNamespacedConfigMap(
      { namespace, name: 'made', fieldManager: 'agent', body },
      as(PatchStrategy.ServerSideApply),
    )
    expect(await refusal(apply)).toMatchObject({ code: 409, message: expect.stringContaining('changed') })
    expect((await plain.readNamespacedConfigMap({ namespace, name: 'made' })).data).toEqual({ a: '1' })
  })

  it('a collection of which other objects are members is not deleted', async () => {
    const labelled = { metadata: { name: 'one', labels: { set: 'x' } } }
    await plain.createNamespacedConfigMap({ namespace, body: labelled })
    const remove = (): Promise<unknown> =>
      core(held).deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'set=x' })
    approver.meanwhile = () =>
      plain.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'two', labels: { set: 'x' } } } })
    expect((await refusal(remove())).code).toBe(409)
    expect(approver.shown).toMatch(/- one: there$/m)
    approver.meanwhile = () => Promise.resolve()
    await remove()
    expect(approver.shown).toMatch(/- one: there\n {4}- two: there$/m)
    const { items } = await plain.listNamespacedConfigMap({ namespace, labelSelector: 'set=x' })
    expect(items).toEqual([])
  })
})

describe('what approvers see', () => {
  it('of a secret that is written is no value, and the cluster gets it whole', async () => {
    const value = 'canary-5b1f'
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'written' }, stringData: { a: value } }
    await core(held).createNamespacedSecret({ namespace, body })
    const patch = { data: { b: Buffer.from(value).toString('base64') } }
    await core(held).patchNamespacedSecret({ namespace, name: 'written', body: patch }, as(PatchStrategy.MergePatch))
    const { data } = await plain.readNamespacedSecret({ namespace, name: 'written' })
    expect(Object.values(data ?? {}).map((each) => Buffer.from(each, 'base64').toString())).toEqual([value, value])
    expect(approver.shown).toContain('no estimate: not-tried')
    const seen =
      approver.requests.map(({ exact, view }) => exact + view.text).join('') + JSON.stringify(held.journal.events)
    expect(seen).not.toContain(value)
    expect(seen).not.toContain(Buffer.from(value).toString('base64').slice(0, 12))
  })

  it('is what changes and what is dangerous about what comes of it', async () => {
    const body = {
      spec: { template: { spec: { containers: [{ name: 'c', securityContext: { privileged: true } }] } } },
    }
    await apps(held).patchNamespacedDeployment({ namespace, name: 'web', body }, as(PatchStrategy.StrategicMergePatch))
    expect(approver.shown).toContain('claimed by the engine, of a trial that changed nothing: what would change')
    expect(approver.shown).toContain('+ "spec.template.spec.containers[0].securityContext": {"privileged":true}')
    expect(approver.shown).toContain('baseline privileged')
  })

  it('of a namespace is what goes with it', async () => {
    const doomed = `${namespace}-doomed`
    await callApi(here.cluster, 'POST', '/api/v1/namespaces', { metadata: { name: doomed } })
    for (const name of ['a', 'b'])
      // oxlint-disable-next-line no-await-in-loop -- Two, one after the other.
      await plain.createNamespacedConfigMap({ namespace: doomed, body: { metadata: { name } } })
    await core(held).deleteNamespace({ name: doomed })
    expect(approver.shown).toMatch(/- configmaps: [23]$/m)
  })
})

it('a dry run that the API server refuses is answered by it, and nobody is asked', async () => {
  const rbac = open.target.config(open.session).makeApiClient(RbacAuthorizationV1Api)
  const conflict = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { a: '2' } }
  await config('owned')
  const apply = core(open).patchNamespacedConfigMap(
    { namespace, name: 'owned', fieldManager: 'agent', body: conflict },
    as(PatchStrategy.ServerSideApply),
  )
  expect(await refusal(apply)).toMatchObject({ code: 409, reason: 'Conflict' })
  expect((await plain.readNamespacedConfigMap({ namespace, name: 'owned' })).data).toEqual({ a: '1' })
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'r' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: [] }],
  }
  expect((await refusal(rbac.createNamespacedRole({ namespace, body }))).code).toBe(422)
})
