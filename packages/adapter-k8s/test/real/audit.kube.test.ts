import { auditEvents as serversLog, type AuditEvent as ServersEvent, callApi } from '@bothkeys/local-kubernetes'
import { AppsV1Api, CoreV1Api, VersionApi } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AuditEvent, auditEvents } from '../../src/index.js'
import { guarded, type Guarded } from '../support/governed.js'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

let here: Stage
let on: Guarded

beforeAll(async () => {
  here = await stage()
  on = await guarded(plainConfig(here.cluster), [
    { duty: ['read', 'write', 'delete'], resource: `object:${here.namespace}.**` },
    { duty: 'read', resource: 'path:*' },
  ])
})
afterAll(() => on.guard.close())

/** What both logs say of one request. The record has no query, and the server learns names of what is made from bodies. */
function said(event: AuditEvent | ServersEvent): object {
  const { auditID, objectRef, requestURI, responseStatus, stage: at, userAgent, verb } = event
  const { apiGroup, apiVersion, name, namespace, resource, subresource } = objectRef ?? {}
  const named = verb === 'create' ? undefined : name
  return {
    auditID,
    at,
    verb,
    userAgent,
    path: requestURI.split('?')[0],
    objectRef: objectRef && { apiGroup, apiVersion, name: named, namespace, resource, subresource },
    code: responseStatus?.code,
  }
}

it('exports lines that the audit log of the cluster agrees with', async () => {
  const { cluster, namespace } = here
  const config = on.target.config(on.session)
  const core = config.makeApiClient(CoreV1Api)
  const apps = config.makeApiClient(AppsV1Api)
  await callApi(cluster, 'POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 's' } })
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } }
  const calls: (() => Promise<unknown>)[] = [
    () => config.makeApiClient(VersionApi).getCode(),
    () => core.createNamespacedConfigMap({ namespace, body }),
    () => core.createNamespacedConfigMap({ namespace, body }),
    () => core.readNamespacedConfigMap({ namespace, name: 'c' }),
    () => core.listNamespacedConfigMap({ namespace, limit: 1, labelSelector: 'a!=b' }),
    () => core.listNamespacedConfigMap({ namespace, fieldSelector: 'metadata.name=c' }),
    () => core.readNamespacedSecret({ namespace, name: 's' }),
    () => core.readNamespacedPod({ namespace, name: 'missing' }),
    () => apps.listNamespacedDeployment({ namespace, watch: true, timeoutSeconds: 1 }),
    () => apps.readNamespacedDeploymentScale({ namespace, name: 'missing' }),
    () => core.deleteNamespacedConfigMap({ namespace, name: 'c', dryRun: 'All' }),
    () => core.deleteNamespacedConfigMap({ namespace, name: 'c' }),
    // The API server says itself that there is none.
    () => core.replaceNamespacedConfigMap({ namespace, name: 'c', body }),
    // These never reach the cluster.
    () => core.deleteNamespacedPod({ namespace, name: '..' }),
    () => core.listNode(),
  ]
  for (const call of calls) {
    // oxlint-disable-next-line no-await-in-loop -- Each needs what the one before made.
    await call().catch(() => undefined)
  }
  const lines: AuditEvent[] = []
  for await (const line of auditEvents(on.journal.events)) lines.push(line)
  const ended = lines.filter(({ stage: at }) => at === 'ResponseComplete')
  const sent = ended.filter(({ userAgent }) => userAgent !== undefined)
  const refused = ended.filter(({ userAgent }) => userAgent === undefined)
  expect(refused.map(({ requestURI, verb }) => `${verb} ${requestURI}`)).toEqual([
    `delete /api/v1/namespaces/${namespace}`,
    'list /api/v1/nodes',
  ])
  expect(sent).toHaveLength(calls.length - refused.length)
  const ids = new Set(sent.map(({ auditID }) => auditID))
  await expect
    .poll(async () => {
      const log = await serversLog(cluster, (event) => event.stage === 'ResponseComplete' && ids.has(event.auditID))
      return log.map(said)
    })
    .toEqual(sent.map(said))
  const references = on.journal.events
    .filter(({ type }) => type === 'action.outcome')
    .map((event) => event['reference'])
  // Of a watch this server has it in its log alone.
  expect(references).toEqual(sent.map(({ auditID, verb }) => (verb === 'watch' ? undefined : auditID)))
})
