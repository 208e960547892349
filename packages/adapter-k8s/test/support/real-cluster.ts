import { randomBytes } from 'node:crypto'
import { type Certificate, type Cluster, callApi, type Kubelet, startKubelet } from '@bothkeys/local-kubernetes'
import { testCluster } from '@bothkeys/local-kubernetes/vitest'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll } from 'vitest'

/** A namespace and a node of one test file, on the API server that the files share. */
export type Stage = {
  readonly cluster: Cluster
  readonly namespace: string
  readonly kubelet: Kubelet
}

/** Makes both, and takes the node away after the tests. A deleted namespace would stay: nothing here ends it. */
export async function stage(): Promise<Stage> {
  const cluster = testCluster()
  const namespace = `test-${randomBytes(4).toString('hex')}`
  await callApi(cluster, 'POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const kubelet = await startKubelet(cluster, `node-${namespace}`)
  afterAll(() => kubelet.stop())
  return { cluster, namespace, kubelet }
}

/** Who a client is: by certificate, or by bearer token. */
export type Credential = Certificate | { readonly token: string }

/** A configuration for the API server itself, past every door. Without a credential, the administrator's. */
export function plainConfig(cluster: Cluster, credential: Credential = cluster.admin): KubeConfig {
  const config = new KubeConfig()
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  config.loadFromClusterAndUser(
    { name: 'test', server: cluster.url, caData: base64(cluster.ca), skipTLSVerify: false },
    'token' in credential
      ? { name: 'user', token: credential.token }
      : { name: 'user', certData: base64(credential.certificate), keyData: base64(credential.key) },
  )
  return config
}
