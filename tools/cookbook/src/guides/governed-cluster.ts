import type { Session } from '@bothkeys/core'
import { kubernetes, type KubernetesTarget } from '@bothkeys/k8s'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

/** Once: the kubeconfig of the door, which no agent sees. */
export function clusterOf(kubeconfig: string): KubernetesTarget {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  return kubernetes('cluster', config)
}

/** For each agent: the clients that it had, made of another configuration. */
export function podsOf(cluster: KubernetesTarget, session: Session): CoreV1Api {
  return cluster.config(session).makeApiClient(CoreV1Api)
}
