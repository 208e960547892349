import { PassThrough } from 'node:stream'
import { type Approver, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { CoreV1Api, Log } from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import { type AuditEvent, auditEvents } from '../../src/index.js'
import { governed, type Governed, guarded } from '../support/governed.js'
import { RawApi } from '../support/raw.js'

const namespace = 'shop'
const read = { duty: 'read', resource: 'object:shop.**' }
const write = { duty: 'write', resource: 'object:shop.**' }
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }
const hold = [
  {
    id: 'two-keys',
    target: 'cluster',
    duty: 'write',
    require: [{ stage: 'dba', count: 1, role: 'dba' }],
    ttl: '1m',
  },
]
let on: Governed | undefined
afterEach(() => on?.close())

async function start(...given: Parameters<typeof governed>): Promise<Governed & { readonly core: CoreV1Api }> {
  on = await governed(...given)
  return { ...on, core: on.target.config(on.session).makeApiClient(CoreV1Api) }
}

async function logOf({ journal }: Pick<Governed, 'journal'>): Promise<AuditEvent[]> {
  const lines: AuditEvent[] = []
  for await (const line of auditEvents(journal.events)) lines.push(line)
  return lines
}

async function answering(decision: 'allow' | 'deny'): Promise<Approver> {
  const dba = { kind: 'human', subject: 'bob', roles: ['dba'] } as const
  const approver = await unverifiedIdentity().verify({ [unverifiedCredential]: dba }, new AbortController().signal)
  return {
    name: 'desk',
    level: 'asserted',
    ask: async ({ digest }, vote) => {
      await vote({ decision, approver, digest })
    },
  }
}

/** The members of the Go type and of those within it, by their JSON names (apiserver `pkg/apis/audit/v1/types.go`). */
const members = new Map([
  [
    '',
    `kind apiVersion level auditID stage requestURI verb user impersonatedUser authenticationMetadata sourceIPs userAgent objectRef
    responseStatus requestObject responseObject requestReceivedTimestamp stageTimestamp annotations`,
  ],
  ['user', 'username uid groups extra'],
  ['objectRef', 'resource namespace name uid apiGroup apiVersion resourceVersion subresource'],
  ['responseStatus', 'metadata status message reason details code'],
])

function assertFits(event: AuditEvent): void {
  for (const [path, names] of members) {
    const value: unknown = path === '' ? event : Reflect.get(event, path)
    expect(names.split(/\s+/)).toEqual(expect.arrayContaining(Object.keys(value ?? {})))
  }
  for (const time of [event.requestReceivedTimestamp, event.stageTimestamp]) {
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  }
  expect(event.auditID).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  for (const value of Object.values(event.annotations)) expect(typeof value).toBe('string')
}

describe('the audit log of the record', () => {
  it('says of a request what the audit log of the cluster says, by the id that the API server was told', async () => {
    const { api, core, journal, session } = await start([read])
    api.answer = ({ headers }) => ({
      headers: { 'audit-id': String(headers['audit-id']) },
      body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] },
    })
    await core.listNamespacedPod({ namespace, fieldSelector: 'metadata.name=web', limit: 3 })
    const lines = await logOf({ journal })
    lines.forEach(assertFits)
    const [seen] = api.seen
    expect(lines.map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseComplete'])
    expect(lines.map(({ auditID }) => auditID)).toEqual([seen?.headers['audit-id'], seen?.headers['audit-id']])
    expect(lines[1]).toEqual({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: seen?.headers['audit-id'],
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/shop/pods',
      verb: 'list',
      user: {
        username: 'agent-1',
        uid: 'unverified#agent-1',
        groups: ['agent'],
        extra: { 'bothkeys/kind': ['agent'], 'bothkeys/owners': ['unverified#ada'], 'bothkeys/agent-class': ['etl'] },
      },
      userAgent: seen?.headers['user-agent'],
      objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 200 },
      requestReceivedTimestamp: lines[0]?.stageTimestamp,
      stageTimestamp: lines[1]?.stageTimestamp,
      annotations: {
        'bothkeys/decision': 'allow',
        'bothkeys/rules': 'roles.agent[0]',
        'bothkeys/agent': 'unverified#agent-1',
        'bothkeys/run': session.principal.run.root,
        'bothkeys/session': session.id,
        'bothkeys/target': 'cluster',
        'bothkeys/policy': expect.stringMatching(/^[\da-f]{64}$/) as unknown,
        'bothkeys/action': `${session.id.slice(0, 12)}-1`,
        'bothkeys/outcome': 'completed',
        'bothkeys/result': '200',
      },
    })
  })

  it('says how many values were masked, and that the API server refused', async () => {
    const { api, core, journal } = await start([read], {
      policy: { mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }] },
    })
    const data = { owner: 'jane.doe@example.com', other: 'john.doe@example.com' }
    api.answer = () => ({ body: { ...configMap, data } })
    await core.readNamespacedConfigMap({ namespace, name: 'c' })
    api.answer = () => ({ status: 404, body: { kind: 'Status', apiVersion: 'v1', code: 404 } })
    await core.readNamespacedSecret({ namespace, name: 'missing' }).catch(() => undefined)
    const [, shown, , missing] = await logOf({ journal })
    expect(shown?.annotations['bothkeys/masked']).toBe('2')
    expect(shown?.annotations['bothkeys/masked-by']).toContain('mails')
    expect(missing?.responseStatus).toEqual({ metadata: {}, status: 'Failure', code: 404 })
    expect(missing?.annotations['bothkeys/outcome']).toBe('failed')
  })

  it('has what was refused, with the answer and the rule, and no line of a value', async () => {
    const { core, journal } = await start([read], {
      policy: { deny: [{ id: 'no-secrets', target: 'cluster', duty: 'read', resource: 'object:*.secrets.*' }] },
    })
    await core.readNamespacedSecret({ namespace, name: 's' }).catch(() => undefined)
    const body = { ...configMap, data: { a: 'hunter2' } }
    await core.createNamespacedConfigMap({ namespace, body }).catch(() => undefined)
    await core.connectGetNodeProxyWithPath({ name: 'n', path: 'exec/shop/web/c' }).catch(() => undefined)
    const lines = await logOf({ journal })
    lines.forEach(assertFits)
    expect(lines.map(({ stage, responseStatus, verb }) => [stage, verb, responseStatus?.code])).toEqual([
      ['ResponseComplete', 'get', 403],
      ['ResponseComplete', 'create', 403],
      ['ResponseComplete', '', 400],
    ])
    expect(lines[0]?.annotations).toMatchObject({
      'bothkeys/decision': 'deny',
      'bothkeys/code': 'ERR_DENIED',
      'bothkeys/rules': expect.stringContaining('no-secrets') as unknown,
    })
    expect(lines[0]).not.toHaveProperty('userAgent')
    expect(new Set(lines.map(({ auditID }) => auditID)).size).toBe(3)
    expect(JSON.stringify(lines)).not.toContain('hunter2')
  })

  it('has a request that people let through from when it was held, with who did', async () => {
    const approvers = [await answering('allow')]
    const { api, core, journal } = await start([write], { approvers, policy: { hold } })
    await core.createNamespacedConfigMap({ namespace, body: configMap })
    const lines = await logOf({ journal })
    lines.forEach(assertFits)
    const [held, done] = lines
    expect(lines.map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseComplete'])
    expect(held?.annotations['bothkeys/decision']).toBe('hold')
    expect(held?.annotations['bothkeys/rules']).toContain('two-keys')
    expect(done?.annotations['bothkeys/approvers']).toBe('unverified#bob')
    expect(done?.annotations['bothkeys/approval']).toBe(held?.annotations['bothkeys/approval'])
    expect(done?.requestReceivedTimestamp).toBe(held?.stageTimestamp)
    const sent = api.seen.find(({ url }) => !url.includes('dryRun='))?.headers['audit-id']
    expect(sent).toMatch(/^[\da-f-]{36}$/)
    expect([held?.auditID, done?.auditID]).toEqual([sent, sent])
  })

  it('ends a request that people refuse once', async () => {
    const approvers = [await answering('deny')]
    const { core, journal } = await start([write, read], { approvers, policy: { hold } })
    await core.createNamespacedConfigMap({ namespace, body: configMap }).catch(() => undefined)
    const lines = await logOf({ journal })
    lines.forEach(assertFits)
    expect(journal.events.map(({ type }) => type)).toContain('action.denied')
    expect(lines.map(({ stage, responseStatus }) => [stage, responseStatus?.code])).toEqual([
      ['RequestReceived', undefined],
      ['ResponseComplete', 403],
    ])
    expect(lines[1]?.annotations).toMatchObject({ 'bothkeys/decision': 'deny', 'bothkeys/outcome': 'denied' })
    expect(lines[1]?.auditID).toBe(lines[0]?.auditID)
  })

  it('tells refusals of the same request apart by the action that people were asked about', async () => {
    const approvers = [await answering('deny')]
    const { core, journal } = await start([write, read], { approvers, policy: { hold } })
    for (let count = 0; count < 3; count++) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await core.createNamespacedConfigMap({ namespace, body: configMap }).catch(() => undefined)
    }
    const { events } = journal
    const lines = await logOf({ journal })
    expect(lines.map(({ stage }) => stage)).toEqual(Array(3).fill(['RequestReceived', 'ResponseComplete']).flat())
    const held = events.filter(({ type }) => type === 'approval.requested').map((event) => event['intent'])
    // The record counts the third with others.
    expect(events.filter(({ type }) => type === 'action.denied').map((event) => event['intent'])).toEqual(
      held.slice(0, 2),
    )
    // The same request, the same refusal, and nobody was asked.
    const unasked = events.map((event) => (event.type === 'action.denied' ? { ...event, intent: undefined } : event))
    expect(await logOf({ journal: { events: unasked } as never })).toHaveLength(8)
  })

  it('ends a held request with its refusal where the end of the hold is not on record', async () => {
    const approvers = [await answering('deny')]
    const { core, journal } = await start([write, read], { approvers, policy: { hold } })
    await core.createNamespacedConfigMap({ namespace, body: configMap }).catch(() => undefined)
    const events = journal.events.filter(({ type }) => type !== 'approval.ended')
    const lines = await logOf({ journal: { events } as never })
    lines.forEach(assertFits)
    const [held, refused] = lines
    expect(lines.map(({ stage, responseStatus }) => [stage, responseStatus?.code])).toEqual([
      ['RequestReceived', undefined],
      ['ResponseComplete', 403],
    ])
    expect(refused?.auditID).toBe(held?.auditID)
    expect(refused?.requestReceivedTimestamp).toBe(held?.stageTimestamp)
    expect(refused?.annotations).toMatchObject({
      'bothkeys/decision': 'deny',
      'bothkeys/code': 'ERR_APPROVAL_DENIED',
      'bothkeys/action': held?.annotations['bothkeys/action'],
    })
  })

  it('ends in a panic where nobody knows what came of a request', async () => {
    const api = new RawApi('garbage\r\n\r\n')
    const { guard, journal, session, target } = await guarded(await api.config(), [read])
    const core = target.config(session).makeApiClient(CoreV1Api)
    await core.listNamespacedPod({ namespace }).catch(() => undefined)
    const [, last] = await logOf({ journal })
    expect([last?.stage, last?.annotations['bothkeys/outcome']]).toEqual(['Panic', 'unknown'])
    expect(last).not.toHaveProperty('responseStatus')
    await guard.close()
    api.close()
  })

  it('has the answer of what a client follows and ends', async () => {
    const { api, core, journal, session, target } = await start([read])
    const id = 'b1946ac9-2492-4d23-8f3e-000000000001'
    const log = new PassThrough()
    api.answer = () => ({ headers: { 'content-type': 'text/plain', 'audit-id': id }, body: log })
    const followed = await new Log(target.config(session)).log(namespace, 'web', 'main', new PassThrough(), {
      follow: true,
    })
    followed.abort()
    await expect.poll(() => journal.events.at(-1)?.type).toBe('action.outcome')
    api.answer = () => ({ headers: { 'content-encoding': 'gzip' }, body: {} })
    await core.listNamespacedPod({ namespace }).catch(() => undefined)
    const ends = (await logOf({ journal })).filter(({ stage }) => stage !== 'RequestReceived')
    ends.forEach(assertFits)
    expect(ends.map(({ stage, responseStatus, verb }) => [stage, verb, responseStatus?.code])).toEqual([
      ['ResponseComplete', 'get', 200],
      ['ResponseComplete', 'list', 200],
    ])
    expect(ends[0]?.annotations).toMatchObject({ 'bothkeys/outcome': 'unknown', 'bothkeys/server-audit-id': id })
  })

  it('has no request that asks people for a grant', async () => {
    const approvers = [await answering('allow')]
    const granting = hold.map((rule) => ({ ...rule, grant: { uses: 3, ttl: '1h' } }))
    const { core, journal, session } = await start([read, write], { approvers, policy: { hold: granting } })
    await core.listNamespacedPod({ namespace })
    const before = await logOf({ journal })
    await session.requestGrant({
      target: 'cluster',
      duty: 'write',
      resource: 'object:shop.configmaps.c',
      uses: 3,
      ttlMs: 60_000,
      reason: 'three changes',
    })
    expect(journal.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['approval.requested', 'grant.given']),
    )
    expect(await logOf({ journal })).toEqual(before)
  })

  it('has the name that the API server gave a request itself', async () => {
    const { api, core, journal } = await start([read])
    const given = ['b1946ac9-2492-4d23-8f3e-000000000000', 'two words', 'x'.repeat(65)]
    for (const id of given) {
      api.answer = () => ({
        headers: { 'audit-id': id },
        body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] },
      })
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await core.listNamespacedPod({ namespace })
    }
    const done = (await logOf({ journal })).filter(({ stage }) => stage === 'ResponseComplete')
    expect(done.map(({ annotations }) => annotations['bothkeys/server-audit-id'])).toEqual([
      given[0],
      undefined,
      undefined,
    ])
    expect(journal.events.filter(({ type }) => type === 'action.outcome').map((event) => event['reference'])).toEqual([
      given[0],
      undefined,
      undefined,
    ])
  })

  it('has nothing of other targets, nor of requests whose beginning it did not see', async () => {
    const { core, journal } = await start([read])
    await core.listNamespacedPod({ namespace })
    await core.readNamespace({ name: 'other' }).catch(() => undefined)
    const other = journal.events.map((event) =>
      event['target'] === undefined ? event : { ...event, target: { kind: 'postgres', name: 'cluster' } },
    )
    expect(await logOf({ journal: { events: other } as never })).toEqual([])
    const late = journal.events.filter(({ type }) => type !== 'action.intent')
    expect((await logOf({ journal: { events: late } as never })).map(({ verb }) => verb)).toEqual(['get'])
  })

  it('counts refusals that the record counts together', async () => {
    const { core, journal } = await guardedClient()
    for (let count = 0; count < 3; count++) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await core.readNamespacedPod({ namespace, name: 'p' }).catch(() => undefined)
    }
    const lines = await logOf({ journal })
    expect(lines.map(({ annotations }) => annotations['bothkeys/count'])).toEqual(['1', '2'])
    expect(lines[0]?.auditID).not.toBe(lines[1]?.auditID)
  })
})

async function guardedClient(): Promise<Pick<Governed, 'journal'> & { readonly core: CoreV1Api }> {
  on = await governed([read])
  const parts = await guarded(on.api.config(), [write])
  return { journal: parts.journal, core: parts.target.config(parts.session).makeApiClient(CoreV1Api) }
}
