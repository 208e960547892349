import { callApi, startKubernetes } from '@bothkeys/local-kubernetes'
import { type KubeStage, stageOf } from './cluster.js'
import { podJson } from './pods.js'

/** Starts the API server that KUBEBUILDER_ASSETS leads to, with pods in the namespace `team`: `web`, and as many more as said. */
export async function openRealStage(pods: number): Promise<KubeStage> {
  const running = await startKubernetes()
  const { cluster } = running
  const stop = (): Promise<void> => running.stop()
  try {
    await callApi(cluster, 'POST', '/api/v1/namespaces', { metadata: { name: 'team' } })
    for (let index = 0; index < pods; index += 1) {
      const { metadata, spec } = JSON.parse(podJson(index)) as {
        metadata: { labels: object; annotations: object }
        spec: object
      }
      const { annotations, labels } = metadata
      const name = index === 0 ? 'web' : `web-${String(index)}`
      await callApi(cluster, 'POST', '/api/v1/namespaces/team/pods', { metadata: { name, annotations, labels }, spec })
    }
    return await stageOf({ server: cluster.url, authority: cluster.ca, token: cluster.adminToken }, stop)
  } catch (error) {
    await stop()
    throw error
  }
}
