import type { Resource } from './resource.js'

type Given = Partial<Omit<Resource, 'group' | 'version' | 'plural' | 'kind'>>

const plain = {
  namespaced: true,
  shortNames: [],
  categories: [],
  subresources: [],
  counted: false,
  answersDeleted: false,
  deletedTogether: true,
  virtual: false,
}
const all = { categories: ['all'] }
const scaled = { ...all, subresources: ['status', 'scale'], counted: true }
const cluster = { namespaced: false }

function group(group: string, resources: Readonly<Record<string, readonly [string, Given?]>>): readonly Resource[] {
  return Object.entries(resources).map(([plural, [kind, given = {}]]) => ({
    ...plain,
    ...given,
    group,
    version: 'v1',
    plural,
    kind,
  }))
}

const namespace = {
  ...cluster,
  shortNames: ['ns'],
  subresources: ['status', 'finalize'],
  answersDeleted: true,
  deletedTogether: false,
}
const podStreams = ['status', 'log', 'exec', 'attach', 'portforward', 'eviction']

/** Everything that the server knows. */
export const catalogue: readonly Resource[] = [
  ...group('', {
    configmaps: ['ConfigMap', { shortNames: ['cm'] }],
    events: ['Event', { shortNames: ['ev'] }],
    namespaces: ['Namespace', namespace],
    nodes: ['Node', { ...cluster, shortNames: ['no'], subresources: ['status'] }],
    persistentvolumeclaims: [
      'PersistentVolumeClaim',
      { shortNames: ['pvc'], subresources: ['status'], answersDeleted: true },
    ],
    pods: ['Pod', { ...all, shortNames: ['po'], subresources: podStreams, answersDeleted: true }],
    secrets: ['Secret'],
    serviceaccounts: ['ServiceAccount', { shortNames: ['sa'], answersDeleted: true }],
    services: ['Service', { ...all, shortNames: ['svc'], subresources: ['status'], deletedTogether: false }],
  }),
  ...group('apps', {
    daemonsets: ['DaemonSet', { ...all, shortNames: ['ds'], subresources: ['status'], counted: true }],
    deployments: ['Deployment', { ...scaled, shortNames: ['deploy'] }],
    replicasets: ['ReplicaSet', { ...scaled, shortNames: ['rs'] }],
    statefulsets: ['StatefulSet', { ...scaled, shortNames: ['sts'] }],
  }),
  ...group('authorization.k8s.io', {
    selfsubjectaccessreviews: ['SelfSubjectAccessReview', { ...cluster, virtual: true }],
    subjectaccessreviews: ['SubjectAccessReview', { ...cluster, virtual: true }],
  }),
  ...group('batch', { jobs: ['Job', { ...all, subresources: ['status'] }] }),
  ...group('rbac.authorization.k8s.io', {
    clusterrolebindings: ['ClusterRoleBinding', cluster],
    clusterroles: ['ClusterRole', cluster],
    rolebindings: ['RoleBinding'],
    roles: ['Role'],
  }),
]

const byPath = new Map(
  catalogue.map((resource) => [`${resource.group}/${resource.version}/${resource.plural}`, resource]),
)

export function resourceAt(group: string, version: string, plural: string): Resource | undefined {
  return byPath.get(`${group}/${version}/${plural}`)
}

/** The groups, but for the one without a name. */
export const groups: readonly string[] = [...new Set(catalogue.map(({ group }) => group))].filter((name) => name !== '')
