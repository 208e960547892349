import { createGuard, fileJournal, inlineSource, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { kubernetes } from '@bothkeys/k8s'
import { startTinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

/** Keeps the journal of an agent that was let through once and refused once at a cluster. */
export async function makeJournal(folder: string): Promise<void> {
  const server = await startTinyKubernetes()
  const operator = new KubeConfig()
  operator.loadFromClusterAndUser(
    { name: 'shop', server: server.url, caData: Buffer.from(server.ca).toString('base64'), skipTLSVerify: false },
    { name: 'operator', token: server.adminToken },
  )
  const cluster = kubernetes('cluster', operator)
  const policy = inlineSource({
    version: 1,
    targets: { cluster: { kind: 'kubernetes' } },
    roles: { reader: [{ target: 'cluster', duty: 'read', resource: 'object:shop.**' }] },
  })
  const guard = await createGuard({
    policy,
    identity: unverifiedIdentity(),
    targets: [cluster],
    journal: fileJournal(folder),
  })
  try {
    const who = { kind: 'agent', subject: 'etl-agent', owners: ['ann'], agentClass: 'etl', roles: ['reader'] } as const
    const session = await guard.openSession({ [unverifiedCredential]: who })
    const core = cluster.config(session).makeApiClient(CoreV1Api)
    await core.listNamespacedPod({ namespace: 'shop' })
    await core.deleteNamespacedPod({ namespace: 'shop', name: 'web-0' }).catch(() => undefined)
    await session.close()
  } finally {
    await guard.close()
    await server.stop()
  }
}
