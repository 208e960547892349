import { foundPodGuards } from './k8s-danger-pods.mjs'
import { podLevelGuards } from './k8s-danger-levels.mjs'
import { podTakeoverGuards } from './k8s-danger-takeovers.mjs'
import { clusterRightGuards } from './k8s-danger-rights.mjs'
import { steeringObjectGuards } from './k8s-danger-objects.mjs'
import { dangerousRequestGuards } from './k8s-danger-requests.mjs'

/** What is dangerous about objects and requests of Kubernetes. */
export const kubernetesDangerGuards = [
  ...foundPodGuards,
  ...podLevelGuards,
  ...podTakeoverGuards,
  ...clusterRightGuards,
  ...steeringObjectGuards,
  ...dangerousRequestGuards,
]
