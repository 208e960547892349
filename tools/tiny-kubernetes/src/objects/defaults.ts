import type { Resource } from '../catalogue/resource.js'
import { arrayOf, isObject, type JsonObject, objectOf, textOf } from '../json.js'
import type { KubeObject } from './kube-object.js'

/** Fills in what an API server fills in. */
export function withDefaults({ plural }: Resource, object: KubeObject): KubeObject {
  const fill = byResource[plural]
  return fill === undefined ? object : fill(object)
}

const byResource: Readonly<Record<string, (object: KubeObject) => KubeObject>> = {
  clusterrolebindings: bindingWithDefaults,
  deployments: deploymentWithDefaults,
  namespaces: (object) => ({
    ...object,
    spec: object.spec ?? { finalizers: ['kubernetes'] },
    status: { phase: 'Active', ...object.status },
  }),
  pods: podWithDefaults,
  rolebindings: bindingWithDefaults,
  secrets: secretWithDefaults,
  services: serviceWithDefaults,
}

function secretWithDefaults({ stringData, ...object }: KubeObject): KubeObject {
  const written = Object.entries(objectOf(stringData)).map(([key, value]) => [
    key,
    Buffer.from(textOf(value)).toString('base64'),
  ])
  const data = { ...objectOf(object['data']), ...(Object.fromEntries(written) as JsonObject) }
  const type = textOf(object['type']) || 'Opaque'
  return { ...object, ...(Object.keys(data).length > 0 && { data }), type } as KubeObject // it only gained fields
}

function bindingWithDefaults(object: KubeObject): KubeObject {
  const apiGroup = 'rbac.authorization.k8s.io'
  const subjects = arrayOf(object['subjects']).map((subject) =>
    objectOf(subject)['kind'] === 'ServiceAccount' ? subject : { apiGroup, ...objectOf(subject) },
  )
  const roleRef = { apiGroup, ...objectOf(object['roleRef']) }
  return { ...object, ...(subjects.length > 0 && { subjects }), roleRef }
}

function serviceWithDefaults(object: KubeObject): KubeObject {
  const given = objectOf(object.spec)
  const ports = arrayOf(given['ports'])
    .map(objectOf)
    .map((port) => ({ protocol: 'TCP', targetPort: port['port'], ...port }))
  const spec = { type: 'ClusterIP', sessionAffinity: 'None', ...given, ...(ports.length > 0 && { ports }) }
  return { ...object, spec, status: { loadBalancer: {}, ...object.status } }
}

function podWithDefaults(object: KubeObject): KubeObject {
  const kept = ['not-ready', 'unreachable'].map((reason) => ({
    key: `node.kubernetes.io/${reason}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }))
  const given = arrayOf(objectOf(object.spec)['tolerations']).map(objectOf)
  const missing = kept.filter(({ key }) => !given.some((each) => each['key'] === key))
  const spec = {
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    ...podSpec(objectOf(object.spec)),
    tolerations: [...given, ...missing],
  }
  return { ...object, spec, status: { phase: 'Pending', qosClass: 'BestEffort', ...object.status } }
}

function podSpec(given: JsonObject): JsonObject {
  const spec: JsonObject = {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...given,
  }
  for (const field of ['containers', 'initContainers']) {
    if (Array.isArray(given[field])) spec[field] = arrayOf(given[field]).map(container)
  }
  return spec
}

function container(given: unknown): unknown {
  if (!isObject(given)) return given
  const image = textOf(given['image'])
  const latest = !/:[^/]+$|@/.test(image) || image.endsWith(':latest')
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
    ...given,
  }
}

function deploymentWithDefaults(object: KubeObject): KubeObject {
  const given = objectOf(object.spec)
  const template = objectOf(given['template'])
  const strategy = objectOf(given['strategy'])
  const rolling = { maxUnavailable: '25%', maxSurge: '25%', ...objectOf(strategy['rollingUpdate']) }
  const type = textOf(strategy['type']) || 'RollingUpdate'
  const spec = {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...given,
    strategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : { type },
    template: {
      ...template,
      metadata: { creationTimestamp: null, ...objectOf(template['metadata']) },
      spec: podSpec(objectOf(template['spec'])),
    },
  }
  return { ...object, spec, status: { ...object.status } }
}
