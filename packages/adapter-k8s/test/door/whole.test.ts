import { once } from 'node:events'
import { type Agent, type IncomingMessage, request } from 'node:http'
import type { RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import type { ApprovalRequest, Approver } from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guarded, type Guarded } from '../support/governed.js'
import { tinyCluster, type TinyCluster } from '../support/tiny-cluster.js'

const canary = 'canary-2f8c71'
const encoded = Buffer.from(canary).toString('base64').slice(0, 14)
const namespace = 'shop'
const here = `/api/v1/namespaces/${namespace}`

/** A second person, who answers when a test lets them. */
class Second implements Approver {
  readonly name = 'second'
  readonly level = 'asserted'
  readonly asked: ApprovalRequest[] = []
  readonly #waiting: (() => void)[] = []

  async ask(request: ApprovalRequest, vote: Parameters<Approver['ask']>[1]): Promise<void> {
    const grace = { [unverifiedCredential]: { kind: 'human' as const, subject: 'grace', roles: ['dba'] } }
    const approver = await unverifiedIdentity().verify(grace, AbortSignal.timeout(30_000))
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      this.asked.push(request)
    })
    await vote({ decision: 'allow', approver, digest: request.digest })
  }

  allow(): void {
    this.#waiting.shift()?.()
  }
}

let cluster: TinyCluster
let on: Guarded
let core: CoreV1Api
let apps: AppsV1Api
const second = new Second()

beforeAll(async () => {
  cluster = await tinyCluster({ tokens: { 'token-of-a-reader': { name: 'reader', groups: [] } } })
  await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const labels = { app: 'web' }
  const container = {
    name: 'main',
    image: 'nginx:1',
    env: [
      { name: 'DB_PASSWORD', value: canary },
      { name: 'MODE', value: 'plain' },
    ],
  }
  const spec = { containers: [container] }
  for (const name of ['web-0', 'web-1']) {
    // oxlint-disable-next-line no-await-in-loop -- In this order.
    await cluster.call('POST', `${here}/pods`, { metadata: { name, labels }, spec: { ...spec, nodeName: 'node-1' } })
  }
  await cluster.call('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  })
  await cluster.call('POST', `${here}/secrets`, {
    metadata: {
      name: 's',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"stringData":{"a":"${canary}"}}` },
    },
    stringData: { a: canary },
  })
  await cluster.call('POST', `${here}/configmaps`, { metadata: { name: 'kept' }, data: { a: '1' } })
  on = await guarded(
    cluster.config(),
    [
      { duty: ['read', 'write', 'delete'], resource: `object:${namespace}.**` },
      // What comes of a patch, nobody has seen; what a collection holds goes with it.
      { duty: 'grant', resource: 'escalate:escalate.unjudged' },
      { duty: 'delete', resource: 'destroy:**' },
    ],
    {
      approvers: [second],
      policy: {
        hold: [
          {
            id: 'deletions-need-a-second',
            target: 'cluster',
            duty: 'delete',
            require: [{ stage: 'dba', count: 1, role: 'dba' }],
            ttl: '5m',
          },
        ],
      },
    },
  )
  const config = on.target.config(on.session)
  core = config.makeApiClient(CoreV1Api)
  apps = config.makeApiClient(AppsV1Api)
})
afterAll(() => on.guard.close())

async function statusOf(call: Promise<unknown>): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await call
  } catch (error) {
    if (error instanceof ApiException) return JSON.parse(String(error.body)) as never
    throw error
  }
  throw new Error('the request went through')
}

/** What client-node would get, which keeps of the answer to a deletion only what it knows. */
async function answerTo(method: string, path: string): Promise<string> {
  const options: RequestOptions = {}
  await on.target.config(on.session).applyToHTTPSOptions(options)
  const asked = request(`http://governed.invalid${path}`, { method, agent: options.agent as Agent }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return text(response)
}

describe('on an API server of its own, the door', () => {
  it('shows pods page by page, without what their environment hides', async () => {
    const first = await core.listNamespacedPod({ namespace, limit: 1 })
    expect(first.items.map(({ metadata }) => metadata?.name)).toEqual(['web-0'])
    expect(first.metadata?.remainingItemCount).toBe(1)
    const token = first.metadata?._continue ?? ''
    const rest = await core.listNamespacedPod({ namespace, limit: 1, _continue: token })
    expect(rest.items.map(({ metadata }) => metadata?.name)).toEqual(['web-1'])
    const environment = first.items[0]?.spec?.containers[0]?.env?.map(({ name, value }) => [name, value])
    expect(environment).toEqual([
      ['DB_PASSWORD', expect.not.stringContaining(canary)],
      ['MODE', 'plain'],
    ])
  })

  it.each([
    'application/json',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  ])('shows no secret to who lists or gets one as %s', async (accept) => {
    const given = setHeaderOptions('Accept', accept)
    const one = setHeaderOptions('Accept', accept.replace('MetadataList', 'Metadata'))
    const seen = [
      await core.listNamespacedSecret({ namespace }, given),
      await core.readNamespacedSecret({ namespace, name: 's' }, one),
    ]
    const wanted = cluster.server.audit.slice(-2).map(({ responseStatus }) => responseStatus.code)
    expect(wanted).toEqual([200, 200])
    expect(JSON.stringify(seen)).not.toContain(canary)
    expect(JSON.stringify(seen)).not.toContain(encoded)
  })

  it('shows no secret to who watches, nor to an informer', async () => {
    const config = on.target.config(on.session)
    const events: unknown[] = []
    const watched = new Promise((resolve) => {
      const path = `${here}/secrets`
      void new Watch(config).watch(path, { timeoutSeconds: 1 }, (...event) => events.push(event), resolve)
    })
    const seen: KubernetesObject[] = []
    const informer = makeInformer(config, `${here}/secrets`, () => core.listNamespacedSecret({ namespace }))
    informer.on('add', (object) => seen.push(object))
    informer.on('delete', (object) => seen.push({ ...object, kind: 'gone' }))
    await informer.start()
    await cluster.call('POST', `${here}/secrets`, { metadata: { name: 'later' }, stringData: { a: canary } })
    await cluster.call('DELETE', `${here}/secrets/later`)
    await expect.poll(() => seen.map((each) => each.metadata?.name)).toEqual(['s', 'later', 'later'])
    await informer.stop()
    await watched
    expect(events.length).toBeGreaterThan(0)
    expect(JSON.stringify([seen, events])).not.toContain(canary)
    expect(JSON.stringify([seen, events])).not.toContain(encoded)
  })

  it('hands on each kind of patch, and what the server makes of it', async () => {
    const name = 'patched'
    await core.createNamespacedConfigMap({
      namespace,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } },
    })
    const patched = async (strategy: string, body: object): Promise<unknown> =>
      (await core.patchNamespacedConfigMap({ namespace, name, body }, setHeaderOptions('Content-Type', strategy))).data
    expect(await patched(PatchStrategy.MergePatch, { data: { a: null, b: '2' } })).toEqual({ b: '2' })
    expect(await patched(PatchStrategy.StrategicMergePatch, { data: { c: '3' } })).toEqual({ b: '2', c: '3' })
    expect(await patched(PatchStrategy.JsonPatch, [{ op: 'remove', path: '/data/b' }])).toEqual({ c: '3' })
    const stale = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    const body = { metadata: { resourceVersion: '1' }, data: { c: '4' } }
    const { code } = await statusOf(core.patchNamespacedConfigMap({ namespace, name, body }, stale))
    expect(code).toBe(409)
  })

  it('hands on that somebody else owns a field', async () => {
    const body = (image: string): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
    })
    const apply = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply)
    const given = { namespace, name: 'web', fieldManager: 'agent' }
    const { code, message } = await statusOf(apps.patchNamespacedDeployment({ ...given, body: body('nginx:2') }, apply))
    expect([code, message]).toEqual([409, expect.stringContaining('.spec.template.spec.containers[name="main"].image')])
    const same = await apps.patchNamespacedDeployment({ ...given, body: body('nginx:1') }, apply)
    expect(same.spec?.template.spec?.containers[0]?.image).toBe('nginx:1')
  })

  it('holds a deletion until a second person allows it', async () => {
    await cluster.call('POST', `${here}/configmaps`, { metadata: { name: 'doomed' } })
    const deleted = core.deleteNamespacedConfigMap({ namespace, name: 'doomed' })
    await expect.poll(() => second.asked.length).toBe(1)
    expect(second.asked[0]?.text).toContain(`DELETE ${here}/configmaps/doomed`)
    await expect(cluster.call('GET', `${here}/configmaps/doomed`)).resolves.toBeDefined()
    second.allow()
    expect((await deleted).status).toBe('Success')
    await expect(cluster.call('GET', `${here}/configmaps/doomed`)).rejects.toThrow('NotFound')
  })

  it('shows no secret in the echo of what was deleted', async () => {
    await cluster.call('POST', `${here}/secrets`, {
      metadata: { name: 'old', labels: { age: 'old' } },
      stringData: { a: canary },
    })
    const before = second.asked.length
    const deleted = answerTo('DELETE', `${here}/secrets?labelSelector=age%3Dold`)
    await expect.poll(() => second.asked.length).toBe(before + 1)
    second.allow()
    const echo = await deleted
    expect(echo).toContain('"name":"old"')
    expect(echo).not.toContain(canary)
    expect(echo).not.toContain(encoded)
    await expect(cluster.call('GET', `${here}/secrets/old`)).rejects.toThrow('NotFound')
  })

  it('sends no deletion of a namespace that comes out of the name of a pod', async () => {
    const { code, message } = await statusOf(core.deleteNamespacedPod({ namespace, name: '..' }))
    expect([code, message]).toEqual([403, expect.stringContaining(`delete object:"*".namespaces.${namespace}`)])
    expect(await cluster.call('GET', `/api/v1/namespaces/${namespace}`)).toMatchObject({ status: { phase: 'Active' } })
    const sent = cluster.server.audit.filter(({ objectRef }) => objectRef?.['resource'] === 'namespaces')
    expect(sent.map(({ verb }) => verb)).not.toContain('delete')
  })

  it('deletes nothing in a dry run that has a body', async () => {
    const before = second.asked.length
    const dry = core.deleteNamespacedConfigMap({ namespace, name: 'kept', dryRun: 'All', body: {} })
    await expect.poll(() => second.asked.length).toBe(before + 1)
    second.allow()
    await dry
    await expect(cluster.call('GET', `${here}/configmaps/kept`)).resolves.toBeDefined()
  })

  it('hands on what the rights of its own credential do not cover', async () => {
    const rbac = cluster.config().makeApiClient(RbacAuthorizationV1Api)
    const apiGroup = 'rbac.authorization.k8s.io'
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]
    await rbac.createNamespacedRole({ namespace, body: { metadata: { name: 'reads' }, rules } })
    const roleRef = { apiGroup, kind: 'Role', name: 'reads' }
    const subjects = [{ apiGroup, kind: 'User', name: 'reader' }]
    await rbac.createNamespacedRoleBinding({ namespace, body: { metadata: { name: 'reads' }, roleRef, subjects } })
    const allow = [{ duty: 'read', resource: `object:${namespace}.**` }]
    const reading = await guarded(cluster.config('token-of-a-reader'), allow)
    const reader = reading.target.config(reading.session).makeApiClient(CoreV1Api)
    expect((await reader.listNamespacedPod({ namespace })).items).toHaveLength(2)
    const { code, message } = await statusOf(reader.listNamespacedSecret({ namespace }))
    expect([code, message]).toEqual([403, expect.stringContaining('User "reader" cannot list resource "secrets"')])
    await reading.guard.close()
  })

  it('leaves its name with the server, and both records say the same', async () => {
    const agent = `bothkeys/agent-1/${on.session.id.slice(0, 8)}`
    const said = on.journal.events.filter(({ type }) => type === 'action.outcome').length
    // What the door looks at and tries on its own account is on record, too.
    const looked = on.journal.events.filter((event) => event.type === 'target.internal' && 'statement' in event).length
    const sent = (): number => cluster.server.audit.filter(({ userAgent }) => userAgent === agent).length
    expect(said).toBeGreaterThan(10)
    expect(looked).toBeGreaterThan(10)
    await expect.poll(sent).toBe(said + looked)
  })
})
