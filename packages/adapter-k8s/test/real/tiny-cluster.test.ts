import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CoreV1Api, Exec, KubernetesObjectApi, Log, PortForward, type V1Status } from '@kubernetes/client-node'
import { beforeAll, expect, it } from 'vitest'
import { tinyCluster, type TinyCluster } from '../support/tiny-cluster.js'

// What clients do past every door: what a door is compared with.
let cluster: TinyCluster
beforeAll(async () => {
  cluster = await tinyCluster()
  const spec = { nodeName: 'node', containers: [{ name: 'main', image: 'i' }] }
  await cluster.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec })
})

it('carries what client-node streams, without any door', async () => {
  const config = cluster.config()
  const [out, error] = [new PassThrough(), new PassThrough()]
  const status = await new Promise<V1Status>((resolve, reject) => {
    const input = new PassThrough()
    new Exec(config).exec('default', 'p', 'main', ['echo', 'a', 'b'], out, error, input, false, resolve).catch(reject)
  })
  expect([status.status, out.read()?.toString()]).toEqual(['Success', 'a b\n'])
  const log = new PassThrough()
  await new Log(config).log('default', 'p', 'main', log)
  expect(await text(log)).toBe('started\n')
  const [sent, received] = [new PassThrough(), new PassThrough()]
  await new PortForward(config).portForward('default', 'p', [80], received, null, sent)
  sent.write('ping')
  await expect.poll(() => String(received.read() ?? '')).toBe('ping')
})

it('is discovered by a client that knows no kinds', async () => {
  const objects = KubernetesObjectApi.makeApiClient(cluster.config())
  const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
  const { metadata } = await objects.read({ ...kind, metadata: { name: 'cluster-admin' } })
  expect(metadata?.name).toBe('cluster-admin')
  const core = cluster.config().makeApiClient(CoreV1Api)
  expect((await core.getAPIResources()).resources.map(({ name }) => name)).toContain('pods/exec')
})
