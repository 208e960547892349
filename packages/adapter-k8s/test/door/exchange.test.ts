import { type Agent, request } from 'node:http'
import type { RequestOptions } from 'node:https'
import {
  ApiException,
  CoreV1Api,
  PatchStrategy,
  ServerConfiguration,
  setHeaderOptions,
  VersionApi,
  Watch,
} from '@kubernetes/client-node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { governed, type Governed, guarded } from '../support/governed.js'

const read = { duty: 'read', resource: 'object:shop.**' }
const secret = {
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: {
    name: 's',
    namespace: 'shop',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"password":"hunter2"}}' },
  },
  data: { password: Buffer.from('hunter2').toString('base64') },
}
let on: Governed | undefined
afterEach(() => on?.close())

async function start(...given: Parameters<typeof governed>): Promise<Governed & { readonly core: CoreV1Api }> {
  on = await governed(...given)
  return { ...on, core: on.target.config(on.session).makeApiClient(CoreV1Api) }
}
const types = ({ journal, session }: Governed): readonly string[] =>
  journal.events.filter((event) => event.session === session.id).map(({ type }) => type)

async function statusOf(call: Promise<unknown>): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await call
  } catch (error) {
    if (error instanceof ApiException) return JSON.parse(String(error.body)) as never
    throw error
  }
  throw new Error('the request went through')
}

describe('a request', () => {
  it('goes out with the credential of the operator and the name of the agent, and nothing else of the client', async () => {
    const { api, core, session } = await start([read])
    api.answer = () => ({ body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] } })
    await core.listNamespacedPod({ namespace: 'shop', limit: 5 })
    const [seen] = api.seen
    expect(seen?.url).toBe('/api/v1/namespaces/shop/pods?limit=5')
    expect(seen?.headers.authorization).toBe('Bearer the-operators-token')
    expect(seen?.headers['user-agent']).toBe(`bothkeys/agent-1/${session.id.slice(0, 8)}`)
    expect(Object.keys(seen?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'audit-id',
      'authorization',
      'connection',
      'host',
      'user-agent',
    ])
  })

  it('is decided by what it becomes on the wire, whatever the call was', async () => {
    const { api, core } = await start([{ duty: ['read', 'delete'], resource: 'object:shop.**' }])
    const { code, message } = await statusOf(core.deleteNamespacedPod({ namespace: 'shop', name: '..' }))
    expect(code).toBe(403)
    expect(message).toContain('delete object:"*".namespaces.shop')
    expect((await statusOf(core.listNamespacedPod({ namespace: '..' }))).code).toBe(403)
    expect(api.seen).toEqual([])
  })

  it('stays with the door when a client is told of another server', async () => {
    const { api, core } = await start([read])
    api.answer = () => ({ body: secret })
    await core
      .readNamespacedSecret({ namespace: 'shop', name: 's' }, {
        baseServer: new ServerConfiguration('http://other.invalid', {}),
        middlewareMergeStrategy: 'append',
      } as never)
      .catch(() => undefined)
    expect(api.seen.every(({ url }) => url === '/api/v1/namespaces/shop/secrets/s')).toBe(true)
    expect(api.seen.length).toBe(0)
  })

  it('for somebody else, or with a mask in the place of a secret, is refused', async () => {
    const { api, core } = await start([{ duty: ['read', 'write', 'grant', 'delete'], resource: 'object:shop.**' }])
    const body = { apiVersion: 'v1', kind: 'Secret', data: { password: Buffer.from('[secret]').toString('base64') } }
    const masked = await statusOf(core.createNamespacedSecret({ namespace: 'shop', body }))
    expect([masked.code, masked.message]).toEqual([400, expect.stringContaining('mask')])
    const other = setHeaderOptions('Impersonate-Group', 'system:masters')
    const lent = await statusOf(core.listNamespacedPod({ namespace: 'shop' }, other))
    expect([lent.code, lent.message]).toEqual([400, expect.stringContaining('somebody else')])
    expect(api.seen).toEqual([])
  })

  it('to delete a secret shows the door no more of it than which one it is', async () => {
    const { api, core } = await start([{ duty: ['write', 'grant', 'delete'], resource: 'object:shop.**' }])
    api.answer = () => ({ body: { ...secret, metadata: { name: 's', uid: 'u-1', resourceVersion: '1' } } })
    await core.deleteNamespacedSecret({ namespace: 'shop', name: 's' })
    expect(api.seen.map(({ method }) => method)).toEqual(['GET', 'DELETE'])
    expect(api.seen[0]?.headers.accept).toContain('PartialObjectMetadata')
  })

  it('that binds a pod is refused, in the old way as well', async () => {
    const { api, core, journal } = await start([
      { duty: ['read', 'write', 'define', 'grant'], resource: ['object:**', 'escalate:**'] },
    ])
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web-0' }, target: { kind: 'Node', name: 'n' } }
    const told = [
      await statusOf(core.createNamespacedPodBinding({ namespace: 'shop', name: 'web-0', body })),
      await statusOf(core.createNamespacedBinding({ namespace: 'shop', body })),
    ]
    for (const { code, message } of told)
      expect([code, message]).toEqual([400, 'refused: This door does not carry binding yet.'])
    expect(api.seen).toEqual([])
    expect(journal.events.filter(({ type }) => type === 'action.denied')).toHaveLength(2)
  })

  it('that this door does not carry, or that is too large, is refused', async () => {
    const { api, core } = await start([read, { duty: 'write', resource: 'object:shop.**' }])
    const proxy = await statusOf(core.connectGetNamespacedPodProxy({ namespace: 'shop', name: 'p' }))
    expect([proxy.code, proxy.message]).toEqual([400, 'refused: This door does not carry proxy yet.'])
    const body = { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'x'.repeat(3 * 1024 * 1024) } }
    const large = await statusOf(core.createNamespacedConfigMap({ namespace: 'shop', body }))
    expect([large.code, large.message]).toEqual([400, expect.stringContaining('larger')])
    expect(api.seen).toEqual([])
  })

  it('to delete says all its options in its body, where the API server reads them', async () => {
    const rules = [{ duty: 'delete', resource: 'object:shop.**' }]
    const { api, core } = await start(rules)
    const body = { kind: 'ConfigMap', metadata: { name: 'c', uid: 'u-1', resourceVersion: '1' } }
    api.answer = () => ({ body })
    await core.deleteNamespacedConfigMap({ namespace: 'shop', name: 'c', dryRun: 'All' })
    const [, seen] = api.seen
    expect(seen?.headers['content-length']).toBe(String(seen?.body.length))
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      dryRun: ['All'],
      preconditions: { uid: 'u-1', resourceVersion: '1' },
    })
  })

  it('that gains more than it says needs a rule for that', async () => {
    const write = { duty: 'write', resource: 'object:shop.**' }
    const pod = (more: object): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }], ...more },
    })
    const { api, core } = await start([write])
    api.answer = ({ method }) =>
      method === 'GET'
        ? { body: { ...pod({}), metadata: { name: 'p', uid: 'u-1', resourceVersion: '1' } } }
        : { body: {} }
    await core.createNamespacedPod({ namespace: 'shop', body: pod({}) })
    const { message } = await statusOf(core.createNamespacedPod({ namespace: 'shop', body: pod({ hostPID: true }) }))
    expect(message).toContain('grant escalate:baseline.hostNamespaces')
    const patch = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    const patched = await statusOf(core.patchNamespacedPod({ namespace: 'shop', name: 'p', body: {} }, patch))
    expect(patched.message).toContain('grant escalate:escalate.unjudged')
    expect(api.seen.filter(({ method, url }) => method !== 'GET' && !url.includes('dryRun=All'))).toHaveLength(1)
  })

  it('that nobody understands is refused and on record', async () => {
    const governed = await start([{ duty: 'read', resource: 'object:**' }])
    const { code, message } = await statusOf(
      governed.core.connectGetNodeProxyWithPath({ name: 'node-1', path: 'exec/shop/web/c' }),
    )
    expect([code, message]).toEqual([400, expect.stringMatching(/^refused: /)])
    expect(types(governed)).toContain('action.denied')
    expect(governed.api.seen).toEqual([])
  })
})

describe('an answer', () => {
  it('has no value of a secret in it', async () => {
    const governed = await start([read])
    governed.api.answer = ({ url }) =>
      url.includes('/s')
        ? { body: secret, headers: { 'audit-id': 'a-1' } }
        : { body: { kind: 'SecretList', apiVersion: 'v1', metadata: {}, items: [secret] } }
    const shown = await governed.core.readNamespacedSecret({ namespace: 'shop', name: 's' })
    const listed = await governed.core.listNamespacedSecret({ namespace: 'shop' })
    const text = JSON.stringify([shown, listed])
    expect(text).not.toMatch(/hunter2|aHVudGVyMg/)
    expect(Object.keys(shown.data ?? {})).toEqual(['password'])
    expect(types(governed).filter((type) => type === 'action.outcome')).toHaveLength(2)
  })

  it('has nothing in it that a rule detects', async () => {
    const { api, core } = await start([read], {
      policy: { mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }] },
    })
    api.answer = () => ({
      body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'c' }, data: { owner: 'jane.doe@example.com' } },
    })
    expect((await core.readNamespacedConfigMap({ namespace: 'shop', name: 'c' })).data).toEqual({ owner: '[email]' })
  })

  it.each([
    ['of another type', { 'content-type': 'application/vnd.kubernetes.protobuf' }],
    ['of no type', { 'content-type': '' }],
    ['that is encoded', { 'content-encoding': 'gzip' }],
  ])('%s is not shown', async (_, headers) => {
    const governed = await start([read])
    governed.api.answer = () => ({ headers, body: JSON.stringify(secret) })
    const { code } = await statusOf(governed.core.readNamespacedSecret({ namespace: 'shop', name: 's' }))
    expect(code).toBe(500)
    expect(governed.journal.events.at(-1)).toMatchObject({ type: 'action.outcome', outcome: 'unknown' })
  })

  it('that is no JSON is cut off, and none of it is shown', async () => {
    const { api, core } = await start([read])
    api.answer = () => ({ body: '{"kind":"Secret","data":{"a":"aHVudGVyMg==' })
    await expect(core.readNamespacedSecret({ namespace: 'shop', name: 's' })).rejects.not.toThrow(/aHVudGVyMg/)
  })

  it('of a refusal by the API server is on record as a failure', async () => {
    const governed = await start([read])
    governed.api.answer = () => ({
      status: 404,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'pods "x" not found', code: 404 },
    })
    expect((await statusOf(governed.core.readNamespacedPod({ namespace: 'shop', name: 'x' }))).code).toBe(404)
    expect(governed.journal.events.at(-1)).toMatchObject({ outcome: 'failed', result: '404' })
  })

  it('of a server that broke off a write is on record as unknown', async () => {
    const governed = await start([{ duty: 'write', resource: 'object:shop.**' }])
    governed.api.answer = () => ({ status: 504, body: { kind: 'Status', apiVersion: 'v1', code: 504 } })
    const body = { apiVersion: 'v1', kind: 'ConfigMap' }
    expect((await statusOf(governed.core.createNamespacedConfigMap({ namespace: 'shop', body }))).code).toBe(504)
    expect(governed.journal.events.at(-1)).toMatchObject({ outcome: 'unknown', result: '504' })
  })

  it('of nobody, where nobody can log in, is on record as not run', async () => {
    const governed = await start([read])
    const api = governed.api.config()
    vi.spyOn(api, 'applyToHTTPSOptions').mockRejectedValue(new Error('token hunter2'))
    const other = await guarded(api, [read])
    const core = other.target.config(other.session).makeApiClient(CoreV1Api)
    const { code, message } = await statusOf(core.listNamespacedPod({ namespace: 'shop' }))
    expect([code, message]).toEqual([500, 'nobody could log in to the API server, so nothing was sent'])
    expect(other.journal.events.at(-1)).toMatchObject({ outcome: 'not-run' })
    await other.guard.close()
  })

  it('is not sent for a client that left while the operator logged in, which is on record as not run', async () => {
    const governed = await start([read])
    const api = governed.api.config()
    let login = (): void => undefined
    vi.spyOn(api, 'applyToHTTPSOptions').mockReturnValue(new Promise((resolve) => (login = resolve)))
    const other = await guarded(api, [read])
    const config = other.target.config(other.session)
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const asked = request('http://governed.invalid/api/v1/namespaces/shop/pods', { agent: options.agent as Agent })
    asked.on('error', () => undefined).end()
    await vi.waitFor(() => {
      expect(other.journal.events.map(({ type }) => type)).toContain('action.intent')
    })
    asked.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    login()
    await vi.waitFor(() => {
      expect(other.journal.events.at(-1)).toMatchObject({ type: 'action.outcome', outcome: 'not-run' })
    })
    expect(governed.api.seen).toEqual([])
    await other.guard.close()
  })

  it('is not whole before its outcome is on record', async () => {
    const governed = await start([read], {
      journal: (memory) => ({
        open: async (context) => {
          const journal = await memory.open(context)
          return {
            append(event, durability) {
              if (event.type === 'action.outcome') throw new Error('no space left')
              return journal.append(event, durability)
            },
            read: () => journal.read(),
            close: () => journal.close(),
          }
        },
      }),
    })
    governed.api.answer = () => ({ body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] } })
    await expect(governed.core.listNamespacedPod({ namespace: 'shop' })).rejects.toThrow()
  })

  it('of a watch comes event by event, masked', async () => {
    const { api, session, target } = await start([read])
    api.answer = () => ({ body: `${JSON.stringify({ type: 'ADDED', object: secret })}\n`.repeat(2) })
    const events: unknown[] = []
    await new Promise((resolve, reject) => {
      void new Watch(target.config(session)).watch(
        '/api/v1/namespaces/shop/secrets',
        {},
        (...event) => events.push(event),
        (error: unknown) => {
          if (error instanceof Error && events.length === 0) reject(error)
          else resolve(undefined)
        },
      )
    })
    expect(events).toHaveLength(2)
    expect(JSON.stringify(events)).not.toMatch(/hunter2|aHVudGVyMg/)
  })
})

it('tells what the server is to those whom a rule lets read its paths', async () => {
  const { api, session, target } = await start([{ duty: 'read', resource: 'path:*' }])
  api.answer = () => ({ body: { major: '1', minor: '20' } })
  const version = target.config(session).makeApiClient(VersionApi)
  expect((await version.getCode()).minor).toBe('20')
})
