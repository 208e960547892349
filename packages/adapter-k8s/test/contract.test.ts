import { ApiException, CoreV1Api, CustomObjectsApi } from '@kubernetes/client-node'
import { BothKeysError, type Session } from '@bothkeys/core'
import type { ContractHarness } from '@bothkeys/core/testing'
import { adapterContract } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import { kubernetes } from '../src/index.js'
import { TinyApi, type Seen } from './support/tiny-api.js'

const policy = {
  version: 1,
  targets: { cluster: { kind: 'kubernetes' } },
  roles: {
    agent: [
      { target: 'cluster', duty: ['read', 'write', 'delete'], resource: 'object:shop.**' },
      // Whoever deletes a collection loses more than one object.
      { target: 'cluster', duty: 'delete', resource: 'destroy:**' },
    ],
    dba: [{ target: 'cluster', duty: 'approve' }],
  },
  deny: [{ id: 'no-definitions', target: 'cluster', duty: 'define' }],
  hold: [
    {
      id: 'h',
      target: 'cluster',
      duty: ['write', 'delete'],
      require: [{ stage: 'dba', count: 1, role: 'dba' }],
      ttl: '1m',
    },
  ],
}
const pods = Array.from({ length: 5 }, (_, index) => ({
  metadata: { name: `web-${String(index)}`, uid: `u-${String(index)}` },
}))
const namespace = 'shop'

/** A dry run changes nothing. */
function changes({ method, url }: Seen): number {
  if (url.includes('dryRun=All')) return 0
  return method === 'POST' ? 1 : method === 'DELETE' ? 2 : 0
}

/** The cluster door under the contract that every adapter must pass. */
async function start(): Promise<ContractHarness> {
  const api = await TinyApi.start()
  api.answer = ({ body, method }) =>
    method === 'GET' ? { body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods } } : { body }
  const target = kubernetes('cluster', api.config())
  const core = (session: Session): CoreV1Api => target.config(session).makeApiClient(CoreV1Api)
  const create = async (session: Session): Promise<unknown> =>
    core(session).createNamespacedConfigMap({
      namespace,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } },
    })
  return {
    target,
    policy: () => policy,
    read: async (session) => core(session).listNamespacedPod({ namespace }),
    readMuch: async (session) => core(session).listNamespacedPod({ namespace }),
    write: (session, signal) => givenUp(create(session), signal),
    writeTwice: async (session) => core(session).deleteCollectionNamespacedConfigMap({ namespace }),
    forbidden: async (session) =>
      core(session).createNamespace({ body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } } }),
    opaque: async (session) =>
      target
        .config(session)
        .makeApiClient(CustomObjectsApi)
        .deleteNamespacedCustomObject({ group: 'example.com', version: 'v1', namespace, plural: 'things', name: 'x' }),
    writesSeen: () => Promise.resolve(api.seen.reduce((sum, seen) => sum + changes(seen), 0)),
    refusedSeen: () =>
      Promise.resolve(api.seen.filter(({ url }) => url.includes('example.com') || url.endsWith('/namespaces')).length),
    codeOf,
    close: () => api.close(),
  }
}

/** client-node takes no signal for a call: whoever gives up stops to wait. */
async function givenUp(call: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return call
  const left = new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new BothKeysError('ERR_ABORTED', 'the caller gave up'))
    })
  })
  return Promise.race([call, left])
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof ApiException)) return error instanceof BothKeysError ? error.code : undefined
  const { details } = JSON.parse(error.body as string) as { details: { causes: { reason: string }[] } }
  return details.causes[0]?.reason
}

describe('Kubernetes keeps the adapter contract', () => {
  it.each([...adapterContract(start)])('$name', async (each) => {
    await expect(each.run()).resolves.toBeUndefined()
  })
})
