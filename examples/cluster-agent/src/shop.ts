import { startTinyKubernetes, type TinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'

/** What nobody but the shop's own containers is to see. */
export const password = 'correct-horse-battery'

/** A cluster, and its operator's configuration: the credential that the door alone has. */
export interface Shop {
  readonly server: TinyKubernetes
  readonly operator: KubeConfig
}

/** Starts a cluster with a shop in it, made by its operator before any agent comes near. */
export async function startShop(): Promise<Shop> {
  const server = await startTinyKubernetes()
  const operator = new KubeConfig()
  operator.loadFromClusterAndUser(
    { name: 'shop', server: server.url, caData: Buffer.from(server.ca).toString('base64'), skipTLSVerify: false },
    { name: 'operator', token: server.adminToken },
  )
  const namespace = 'shop'
  const core = operator.makeApiClient(CoreV1Api)
  const labels = { app: 'web' }
  const env = [
    { name: 'DB_PASSWORD', value: password },
    { name: 'MODE', value: 'production' },
  ]
  const spec = { containers: [{ name: 'web', image: 'registry.example.com/web:1.4.0', env }] }
  await core.createNamespace({ body: { metadata: { name: namespace } } })
  await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'database' }, stringData: { password } } })
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'web-0', labels }, spec } })
  await operator.makeApiClient(AppsV1Api).createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  })
  return { server, operator }
}

/** The image that the deployment has, as the operator sees it, past the door. */
export async function imageOf({ operator }: Shop): Promise<string | undefined> {
  const web = await operator.makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace: 'shop', name: 'web' })
  return web.spec?.template.spec?.containers[0]?.image
}
