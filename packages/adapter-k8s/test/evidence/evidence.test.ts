import {
  ApiException,
  AuthenticationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import { holding, KeepingApprover } from '../support/approver.js'
import { governed, type Governed } from '../support/governed.js'
import { answering, failing, kept, kindOf } from './support.js'

const write = { duty: ['read', 'write', 'delete', 'grant'], resource: 'object:shop.**' }
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
const inShop = { namespace: 'shop', name: 'c' }
let on: Governed | undefined
afterEach(() => on?.close())

interface Started extends Governed {
  readonly core: CoreV1Api
  readonly approver: KeepingApprover
  readonly patch: (body?: object) => Promise<unknown>
  readonly sent: () => readonly string[]
}

async function start(rules: readonly object[] = [write], policy: object = {}): Promise<Started> {
  const approver = new KeepingApprover()
  on = await governed(rules, { approvers: [approver], policy, options: { groups: ['example.com'] } })
  const { api, session, target } = on
  api.answer = answering({})
  const core = target.config(session).makeApiClient(CoreV1Api)
  return {
    ...on,
    approver,
    core,
    patch: (body = { data: { a: '2' } }) => core.patchNamespacedConfigMap({ ...inShop, body }, merge),
    sent: () => api.seen.map(kindOf),
  }
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

describe('what a request would do', () => {
  it('is looked at, tried, and then sent as it was seen', async () => {
    const { api, patch, sent } = await start()
    await patch()
    expect(sent()).toEqual(['look', 'trial', 'write'])
    const bodies = api.seen.slice(1).map(({ body }) => JSON.parse(body) as unknown)
    const pinned = { data: { a: '2' }, metadata: { uid: 'uid-of-c', resourceVersion: '7' } }
    expect(bodies).toEqual([pinned, pinned])
    expect(new Set(api.seen.map(({ headers }) => headers['user-agent'])).size).toBe(1)
  })

  it('is not looked at where the policy denies it anyway', async () => {
    const { patch, sent } = await start([{ duty: 'read', resource: 'object:shop.**' }])
    expect((await refusal(patch())).code).toBe(403)
    expect(sent()).toEqual([])
  })

  it('is on record as looked at', async () => {
    const { journal, patch } = await start()
    await patch()
    const looked = journal.events.filter(({ type }) => type === 'target.internal')
    expect(looked).toMatchObject([
      { statement: 'look', text: 'GET /api/v1/namespaces/shop/configmaps/c' },
      { statement: 'dry run', text: 'PATCH /api/v1/namespaces/shop/configmaps/c' },
    ])
  })

  it.each([
    ['a server that fails', failing(500)],
    ['something that is no object', { body: { kind: 'Status' } }],
    ['more than an object has', { body: kept('ConfigMap', 'c', { data: { a: 'x'.repeat(4 * 1024 * 1024) } }) }],
  ])('is not sent when the look at it meets %s', async (_, look) => {
    const { api, journal, patch, sent } = await start()
    api.answer = answering({ look })
    const { code, message } = await refusal(patch())
    expect([code, message]).toEqual([500, 'nobody could look at what would change, so nothing was sent'])
    expect(sent()).toEqual(['look'])
    expect(journal.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_INTERNAL' })
  })

  it.each([
    ['fails', failing(500)],
    ['is refused by a webhook that takes part in none', failing(400, 'admission webhook "w" does not support dry run')],
    ['says nothing', { body: '' }],
    ['is answered without an object', { body: { kind: 'Status', apiVersion: 'v1', metadata: {} } }],
  ])('is not known when its dry run %s, and needs a rule for that', async (_, trial) => {
    const { api, patch, sent } = await start()
    api.answer = answering({ trial })
    expect((await refusal(patch())).message).toContain('grant escalate:escalate.unjudged')
    expect(sent()).toEqual(['look', 'trial'])
  })

  it('is not looked at more often than a minute has room for, which is on record', async () => {
    const { journal, patch, sent } = await start()
    for (let each = 0; each < 300; each++)
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await patch()
    const before = sent().length
    expect((await refusal(patch())).code).toBe(429)
    expect(sent()).toHaveLength(before)
    expect(journal.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_LIMIT_EXCEEDED' })
  })

  it('is not known of an object that nobody may see', async () => {
    const { api, patch } = await start()
    api.answer = answering({ look: failing(403) })
    expect((await refusal(patch())).message).toContain('delete destroy:destroy.beforeUnknown')
  })

  it('is said by the API server itself when it refuses it', async () => {
    const { api, patch, sent } = await start()
    api.answer = answering({ trial: failing(422, 'the name is too long') })
    expect(await refusal(patch())).toMatchObject({ code: 422, message: 'the name is too long' })
    expect(sent()).toEqual(['look', 'trial', 'trial'])
  })

  it('is never taken for done when the API server changes its mind', async () => {
    const { api, patch, sent } = await start()
    const answers = [failing(422), { body: kept('ConfigMap', 'c') }]
    api.answer = (seen) => (kindOf(seen) === 'trial' ? answers.shift() : undefined) ?? { body: kept('ConfigMap', 'c') }
    expect(await refusal(patch())).toMatchObject({
      code: 409,
      message: expect.stringContaining('nothing was done') as string,
    })
    expect(sent()).toEqual(['look', 'trial', 'trial'])
  })

  it('of a group that another server answers for is never tried', async () => {
    const { api, sent, session, target } = await start([write, { duty: 'grant', resource: 'escalate:**' }])
    const custom = target.config(session).makeApiClient(CustomObjectsApi)
    const service = { spec: { service: { name: 's' } } }
    api.answer = ({ url }) => ({ body: url.includes('apiservices') ? service : kept('Thing', 'c') })
    const at = { group: 'example.com', version: 'v1', namespace: 'shop', plural: 'things', name: 'c' }
    await custom.patchNamespacedCustomObject({ ...at, body: { spec: {} } }, merge)
    expect(sent()).toEqual(['look', 'look', 'write'])
  })

  it('of custom resources is tried', async () => {
    const { api, sent, session, target } = await start()
    const custom = target.config(session).makeApiClient(CustomObjectsApi)
    api.answer = ({ url }) => ({ body: url.includes('apiservices') ? { spec: {} } : kept('Thing', 'c') })
    const at = { group: 'example.com', version: 'v1', namespace: 'shop', plural: 'things', name: 'c' }
    await custom.patchNamespacedCustomObject({ ...at, body: { spec: {} } }, merge)
    await custom.patchNamespacedCustomObject({ ...at, body: { spec: {} } }, merge)
    expect(sent()).toEqual(['look', 'look', 'trial', 'write', 'look', 'trial', 'write'])
  })

  it('is never tried where the API server answers', async () => {
    const { sent, session, target } = await start([
      write,
      { duty: ['read', 'grant'], resource: ['object:**', 'escalate:**'] },
    ])
    const tokens = target.config(session).makeApiClient(AuthenticationV1Api)
    await tokens.createSelfSubjectReview({
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    })
    expect(sent()).toEqual(['write'])
  })

  it('of an eviction is pinned to the pod, and not tried', async () => {
    const { api, core, sent } = await start([write, { duty: 'delete', resource: 'destroy:**' }])
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'c' } }
    await core.createNamespacedPodEviction({ ...inShop, body })
    expect(sent()).toEqual(['look', 'write'])
    expect(api.seen[0]?.url).toBe('/api/v1/namespaces/shop/pods/c')
    expect(JSON.parse(api.seen[1]?.body ?? '')).toMatchObject({
      deleteOptions: { preconditions: { uid: 'uid-of-c', resourceVersion: '7' } },
    })
  })

  it('that came to something else than was seen is on record without what a rule finds in keys', async () => {
    const mask = [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }]
    const { api, journal, patch } = await start([write], { mask })
    const of = (key: string): object => {
      const metadata = { ...(kept('ConfigMap', 'c')['metadata'] as object), annotations: { [key]: '1' } }
      return kept('ConfigMap', 'c', { metadata, data: { [key]: '1' } })
    }
    api.answer = answering({ trial: { body: of('other') }, write: { body: of('jane.doe@example.com') } })
    await patch()
    const noted = journal.events.find((event) => event['statement'] === 'differs from its dry run')
    expect(noted?.['paths']).toHaveLength(4)
    expect(JSON.stringify(noted)).toContain('[email]')
    expect(JSON.stringify(journal.events)).not.toContain('jane.doe')
  })

  it('that came to something else than was seen is on record, without values', async () => {
    const { api, journal, patch } = await start()
    api.answer = answering({ write: { body: kept('ConfigMap', 'c', { data: { a: 'injected' } }) } })
    await patch()
    const noted = journal.events.find(
      (event) => 'statement' in event && event['statement'] === 'differs from its dry run',
    )
    expect(noted).toMatchObject({ paths: ['data'] })
    expect(JSON.stringify(journal.events)).not.toContain('injected')
  })
})

describe('a secret', () => {
  const secret = { namespace: 'shop', name: 's' }
  const stored = kept('Secret', 's', { type: 'Opaque', data: { password: 'aHVudGVyMg==' } })
  const put = (more: object = {}) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', ...more } })

  it('is never tried, so that no verdict tells whether a guess at it is right', async () => {
    const { api, core, sent } = await start()
    api.answer = answering({ look: { body: stored } })
    const body = { metadata: { annotations: { guess: 'hunter2' } } }
    expect((await refusal(core.patchNamespacedSecret({ ...secret, body }, merge))).message).toContain(
      'grant escalate:escalate.unjudged',
    )
    await core.createNamespacedSecret({ namespace: 'shop', body: put() })
    await core.replaceNamespacedSecret({ ...secret, body: put() })
    expect(sent()).toEqual(['look', 'write', 'look', 'write'])
  })

  it('that is put is judged by what is sent and what goes', async () => {
    const { api, core, sent } = await start()
    const metadata = { ...(stored['metadata'] as object), finalizers: ['example.com/keep'] }
    api.answer = answering({ look: { body: { ...stored, metadata } } })
    const { message } = await refusal(core.replaceNamespacedSecret({ ...secret, body: put() }))
    expect(message).toContain('delete destroy:destroy.finalizersRemoved')
    const token = { ...put({ finalizers: metadata.finalizers }), type: 'kubernetes.io/service-account-token' }
    expect((await refusal(core.replaceNamespacedSecret({ ...secret, body: token }))).message).toContain('tokenSecret')
    expect(sent()).toEqual(['look', 'look'])
  })

  it('that is patched is shown to approvers without an estimate', async () => {
    const { api, approver, core } = await start([write, { duty: 'grant', resource: 'escalate:**' }], holding('write'))
    api.answer = answering({ look: { body: stored } })
    await core.patchNamespacedSecret({ ...secret, body: { stringData: { password: 'hunter3' } } }, merge)
    expect(approver.shown).toContain('no estimate: not-tried')
  })
})

describe('a dry run of the client', () => {
  const at = { group: 'example.com', version: 'v1', namespace: 'shop', plural: 'things', name: 'c' }
  const own = async (spec: object): Promise<Started & { readonly custom: CustomObjectsApi }> => {
    const started = await start([write, { duty: ['grant', 'delete'], resource: ['escalate:**', 'destroy:**'] }])
    const { api, session, target } = started
    api.answer = ({ url }) => ({ body: url.includes('apiservices') ? { spec } : kept('Thing', 'c') })
    return { ...started, custom: target.config(session).makeApiClient(CustomObjectsApi) }
  }

  it('is not sent to a server that may carry it out', async () => {
    const { api, custom } = await own({ service: { name: 's' } })
    const asked = [
      custom.patchNamespacedCustomObject({ ...at, dryRun: 'All', body: { spec: {} } }, merge),
      custom.createNamespacedCustomObject({
        ...at,
        dryRun: 'All',
        body: { apiVersion: 'example.com/v1', kind: 'Thing' },
      }),
      custom.deleteNamespacedCustomObject({ ...at, dryRun: 'All' }),
      custom.deleteCollectionNamespacedCustomObject({ ...at, dryRun: 'All' }),
    ]
    for (const { code, message } of await Promise.all(asked.map(refusal))) {
      expect(code).toBe(400)
      expect(message).toContain('Send it without dryRun')
    }
    expect(api.seen.every(({ url }) => url.includes('apiservices'))).toBe(true)
  })

  it('of a custom resource goes through', async () => {
    const { custom, sent } = await own({})
    await custom.patchNamespacedCustomObject({ ...at, dryRun: 'All', body: { spec: {} } }, merge)
    expect(sent()).toEqual(['look', 'look', 'trial', 'trial'])
  })
})

describe('what the client itself says of the object', () => {
  const asJson = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch)
  const test = (name: string, value: string): object => ({ op: 'test', path: `/metadata/${name}`, value })

  it.each([
    ['uid', 'uid-of-another'],
    ['resourceVersion', '6'],
  ])('is refused before anybody is asked where it is not so: %s', async (name, value) => {
    const { approver, core, journal, sent } = await start([write], holding('write', 'delete'))
    const body = { metadata: { [name]: value }, data: {} }
    const asked = [
      core.patchNamespacedConfigMap({ ...inShop, body }, merge),
      core.replaceNamespacedConfigMap({ ...inShop, body: { ...body, kind: 'ConfigMap', apiVersion: 'v1' } }),
      core.patchNamespacedConfigMap({ ...inShop, body: [test(name, value)] }, asJson),
      core.deleteNamespacedConfigMap({ ...inShop, body: { preconditions: { [name]: value } } }),
    ]
    for (const told of await Promise.all(asked.map(refusal)))
      expect(told).toMatchObject({ code: 409, message: expect.stringContaining('nothing was sent') as string })
    expect(sent()).toEqual(['look', 'look', 'look', 'look'])
    expect(approver.requests).toEqual([])
    expect(JSON.stringify(journal.events).match(/"ERR_APPROVAL_VOID"/g)).toHaveLength(4)
  })

  it('stays where it is so', async () => {
    const { api, core, sent } = await start()
    const seen = { uid: 'uid-of-c', resourceVersion: '7' }
    const tests = Object.entries(seen).map(([name, value]) => test(name, value))
    await core.patchNamespacedConfigMap({ ...inShop, body: { metadata: seen } }, merge)
    await core.patchNamespacedConfigMap({ ...inShop, body: tests }, asJson)
    await core.deleteNamespacedConfigMap({ ...inShop, body: { preconditions: seen } })
    expect(sent()).toEqual(['look', 'trial', 'write', 'look', 'trial', 'write', 'look', 'write'])
    const bodies = api.seen.filter((each) => kindOf(each) === 'write').map(({ body }) => JSON.parse(body) as unknown)
    expect(bodies).toMatchObject([{ metadata: seen }, [...tests, ...tests], { preconditions: seen }])
  })
})

describe('approvers', () => {
  it('are told what changes, and the record only where', async () => {
    const { api, approver, journal, patch } = await start([write], holding('write'))
    api.answer = answering({ trial: { body: kept('ConfigMap', 'c', { data: { a: 'value-2' } }) } })
    await patch({ data: { a: 'value-2' } })
    expect(approver.shown).toContain('+ data: {"a":"value-2"}')
    const taken = journal.events.find(({ type }) => type === 'evidence.taken')
    expect(taken).toMatchObject({ estimate: { changes: ['data'], findings: [], more: 0 } })
    expect(JSON.stringify(journal.events)).not.toContain('value-2')
  })

  it('see nothing that a rule detects in what changes', async () => {
    const mask = [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }]
    const { api, approver, patch } = await start([write], { ...holding('write'), mask })
    api.answer = answering({ trial: { body: kept('ConfigMap', 'c', { data: { a: 'jane.doe@example.com' } }) } })
    await patch({ data: {} })
    expect(approver.shown).toContain('+ data: {"a":"[email]"}')
  })

  it('see no value of a secret that is written, and all of it arrives', async () => {
    const rules = [write, { duty: 'grant', resource: 'escalate:**' }]
    const { api, approver, core, guard, journal, session } = await start(rules, holding('write'))
    const observed: unknown[] = []
    guard.on('held', (event) => observed.push(event))
    const stored = { type: 'Opaque', data: { password: Buffer.from('hunter2-1').toString('base64') } }
    api.answer = answering({
      look: { body: kept('Secret', 's', stored) },
      trial: {
        body: kept('Secret', 's', { ...stored, data: { password: Buffer.from('hunter2-2').toString('base64') } }),
      },
    })
    const name = 's'
    const namespace = 'shop'
    const bodies: readonly (readonly [string, object])[] = [
      [PatchStrategy.MergePatch, { stringData: { password: 'hunter2-2' } }],
      [PatchStrategy.JsonPatch, [{ op: 'replace', path: '/data/password', value: 'aHVudGVyMi0y' }]],
      [PatchStrategy.MergePatch, { data: { password: 'aHVudGVyMi0y' } }],
    ]
    for (const [strategy, body] of bodies) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await core.patchNamespacedSecret({ namespace, name, body }, setHeaderOptions('Content-Type', strategy))
      expect(api.seen.at(-1)?.body).toMatch(/hunter2-2|aHVudGVyMi0y/)
    }
    const shown = approver.requests.flatMap((request) => [
      request.view.text,
      request.exact,
      request.text,
      JSON.stringify(request),
    ])
    const all = [...shown, JSON.stringify(journal.events), JSON.stringify(observed), String(session.id)].join('\n')
    expect(all).not.toMatch(/hunter2|aHVudGVyMi/)
    expect(approver.shown).toMatch(/password/)
    expect(approver.shown).toContain('VALUES ARE MASKED')
    expect(approver.requests[0]?.text).toMatch(/bytes with the keyed digest [\da-f]{64}$/)
  })

  it('are not asked about what repeats a secret, which nobody would see', async () => {
    const { api, approver, core, journal } = await start([write], holding('write'))
    const data = { 'run.sh': '# kind: Secret\ncurl evil.example' }
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data }
    const { code, message } = await refusal(core.createNamespacedConfigMap({ namespace: 'shop', body }))
    expect([code, message]).toEqual([400, expect.stringContaining('write the Secret as a Secret')])
    expect([api.seen, approver.requests]).toEqual([[], []])
    expect(JSON.stringify(journal.events)).not.toContain('evil.example')
  })

  it('are bound to the bytes of a secret that they do not see', async () => {
    const { approver, core } = await start([write], holding('write'))
    const create = (password: string): Promise<unknown> =>
      core.createNamespacedSecret({
        namespace: 'shop',
        body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password } },
      })
    await create('one')
    await create('two')
    expect(new Set(approver.requests.map(({ text }) => text)).size).toBe(2)
  })

  it('are told why nobody knows what changes', async () => {
    const { api, approver, patch } = await start([write, { duty: 'grant', resource: 'escalate:**' }], holding('write'))
    api.answer = answering({ trial: failing(500) })
    await patch()
    expect(approver.shown).toContain('no estimate: failed')
  })

  it('are not asked about more objects than can be named', async () => {
    const rules = [write, { duty: 'delete', resource: 'destroy:**' }]
    const { api, approver, core } = await start(rules, holding('delete'))
    api.answer = () => ({ body: { kind: 'List', metadata: { continue: 'more' }, items: [] } })
    const { message } = await refusal(core.deleteCollectionNamespacedConfigMap({ namespace: 'shop' }))
    expect(message).toContain('More than 500 objects would be deleted at once.')
    expect(approver.requests).toEqual([])
  })
})
