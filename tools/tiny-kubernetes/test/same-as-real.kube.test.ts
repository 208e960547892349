import { randomBytes } from 'node:crypto'
import { type AuditEvent, auditEvents, createServiceAccountToken } from '@bothkeys/local-kubernetes'
import { testCluster } from '@bothkeys/local-kubernetes/vitest'
import { startTinyKubernetes, type TinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answered, ask, askAll, type Server } from './support/ask.js'
import { access, ending } from './support/asked/access.js'
import { type Asked, get } from './support/asked/asked.js'
import { everyRequest, samples } from './support/asked/every-resource.js'
import { objects } from './support/asked/objects.js'
import { paths } from './support/asked/paths.js'
import { normalised } from './support/normalised.js'

/**
 * What kube-apiserver 1.20.2 and the one of a few hundred lines answer to the same requests. Known to differ, and not asked: only
 * JSON is read and written; keys that stand twice in an object are not merged as Go merges them; fields that no object has are
 * kept; who may give a role is not asked; jobs and services get fewer defaults; managed fields are told by their paths; a watch
 * of PartialObjectMetadataList is no different from one of PartialObjectMetadata; there are no clusterIPs.
 */
const namespace = `same-${randomBytes(4).toString('hex')}`
const agent = `system:serviceaccount:${namespace}:agent`
let tiny: TinyKubernetes
let real: Server
let mine: Server

beforeAll(async () => {
  const cluster = testCluster()
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  tiny = await startTinyKubernetes({ tokens: { 'token-of-the-agent': { name: agent, groups } } })
  const tokens = { agent: 'token-of-the-agent', nobody: 'token-of-nobody' }
  mine = { url: tiny.url, ca: tiny.ca, tokens: { ...tokens, admin: tiny.adminToken } }
  real = { url: cluster.url, ca: cluster.ca, tokens: { ...tokens, admin: cluster.adminToken } }
  const here = { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } }
  const there = {
    ...here,
    path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
    body: { metadata: { name: 'agent' } },
  }
  await askAll(real, [here, there])
  await askAll(mine, [here, there])
  real = { ...real, tokens: { ...real.tokens, agent: await createServiceAccountToken(cluster, namespace, 'agent') } }
})
afterAll(() => tiny.stop())

const subject = { kind: 'ServiceAccount', name: 'agent', namespace }
const subjects: readonly (readonly [string, readonly Asked[]])[] = [
  ...samples.map((sample) => [sample.plural, everyRequest(sample, namespace)] as const),
  ['paths', paths(namespace)],
  ['objects', objects(namespace)],
  ['access', access(namespace, subject)],
  // The last: it ends the namespace.
  ['the end of a namespace', ending(namespace)],
]

it.each(subjects)('is answered as by the real API server about %s', async (_, asked) => {
  const there = await askAll(real, asked)
  const here = await askAll(mine, asked)
  expect(asked.map((each, index) => told(each, here[index]))).toEqual(
    asked.map((each, index) => told(each, there[index])),
  )
  // What is answered is on record before the answer is read here, and soon there.
  const ids = new Map(there.map(({ auditId }, index) => [auditId, index]))
  const isOne = ({ auditID, stage }: AuditEvent): boolean => stage !== 'RequestReceived' && ids.has(auditID)
  const events = async (): Promise<ReadonlyMap<number | undefined, AuditEvent>> =>
    new Map((await auditEvents(testCluster(), isOne)).map((event) => [ids.get(event.auditID), event]))
  await expect.poll(async () => (await events()).size).toBe(there.filter(({ auditId }) => auditId !== '').length)
  const saidThere = await events()
  const saidHere = new Map(tiny.audit.map((entry) => [entry.auditID, entry]))
  // The real one tells no id of a watch, nor of what it cannot read.
  const pairs = here
    .map(({ auditId }, index) => [saidHere.get(auditId), saidThere.get(index)] as const)
    .filter(([, event]) => event !== undefined)
  expect(pairs.length).toBeGreaterThan(here.length * 0.8)
  expect(pairs.map(([entry]) => entry && record(entry))).toEqual(pairs.map(([, event]) => event && record(event)))
})

it('asks for several hundred things in these ways', () => {
  const known = subjects.flatMap(([, asked]) => asked).filter(({ bodiesDiffer }) => bodiesDiffer !== undefined)
  expect(subjects.flatMap(([, asked]) => asked).length).toBeGreaterThan(700)
  expect(known.length).toBeLessThan(8)
})

it.each([
  '/api/v1',
  '/apis/apps/v1',
  '/apis/batch/v1',
  '/apis/rbac.authorization.k8s.io/v1',
  '/apis/authorization.k8s.io/v1',
])('knows of %s nothing but what the real one knows', async (path) => {
  const [there, here] = await Promise.all([resources(real, path), resources(mine, path)])
  const same = there.filter(({ name }) => here.some((each) => each.name === name))
  expect(here.length).toBeGreaterThan(0)
  expect(here).toEqual(same)
})

/** What an answer says, but for what is its server's own. */
function told({ bodiesDiffer }: Asked, answered: Answered | undefined): unknown {
  const { code, path, text, type } = answered ?? { code: 0, path: '', text: '', type: '' }
  const body = normalised(text)
  return {
    path: path.replace(/continue=[^&]+/, 'continue=…'),
    code,
    type,
    body: bodiesDiffer === undefined ? body : reasonOf(body),
  }
}

function reasonOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined
}

interface Recorded {
  readonly requestURI: string
  readonly verb: string
  readonly objectRef?: object | undefined
  readonly responseStatus?: { readonly code?: number }
}

function record({ objectRef = {}, requestURI, responseStatus, verb }: Recorded): unknown {
  const { uid: _uid, resourceVersion: _version, ...ref } = objectRef as Record<string, string> // as audit logs have it
  return { requestURI: requestURI.replace(/continue=[^&]+/, 'continue=…'), verb, ref, code: responseStatus?.code }
}

interface Entry {
  readonly name: string
  readonly storageVersionHash?: string
}

async function resources(server: Server, path: string): Promise<readonly Entry[]> {
  const { text } = await ask(server, get(path))
  const list = JSON.parse(text) as { readonly resources: readonly Entry[] }
  return list.resources.map(({ storageVersionHash: _hash, ...entry }) => entry)
}
