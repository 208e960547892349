import { ToolFailure } from '../agent-tool.js'
import type { OpenCall } from './cluster-calls.js'
import { memberOf, textAt } from './json.js'

/** Which kind of object. */
export interface KindNamed {
  /** `v1`, `apps/v1` */
  readonly apiVersion: string
  /** `Pod`, `Deployment` */
  readonly kind: string
}

/** Where objects of a kind are. */
export interface Resource {
  readonly name: string
  readonly isNamespaced: boolean
}

/** Kinds that every cluster has, so that nobody has to be asked: within a namespace, and of the whole cluster. */
const known: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'Pod Service ConfigMap Secret ServiceAccount PersistentVolumeClaim Endpoints Event ReplicationController LimitRange ResourceQuota PodTemplate',
    'Namespace Node PersistentVolume',
  ],
  'apps/v1': ['Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision'],
  'batch/v1': ['Job CronJob'],
  'autoscaling/v1': ['HorizontalPodAutoscaler'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['Ingress NetworkPolicy', 'IngressClass'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['Role RoleBinding', 'ClusterRole ClusterRoleBinding'],
  'storage.k8s.io/v1': ['', 'StorageClass'],
}

const builtIn: ReadonlyMap<string, Resource> = new Map(
  Object.entries(known).flatMap(([apiVersion, kinds]) =>
    kinds.flatMap((some, at) =>
      some
        .split(' ')
        .map((kind): readonly [string, Resource] => [
          `${apiVersion} ${kind}`,
          { name: plural(kind), isNamespaced: at === 0 },
        ]),
    ),
  ),
)

/** As the API server names what it has itself. */
function plural(kind: string): string {
  const name = kind.toLowerCase()
  if (name === 'endpoints') return name
  if (name.endsWith('s')) return `${name}es`
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`
}

/** How many kinds are kept that a cluster has of its own. */
const mostKnown = 1_000

/** The kinds of one cluster. */
export class Kinds {
  readonly #asked = new Map<string, Resource>()

  /** Where objects of a kind are. Rejects with a ToolFailure where there is no such kind, and as the call does. */
  async resource(call: OpenCall, { apiVersion, kind }: KindNamed): Promise<Resource> {
    const name = `${apiVersion} ${kind}`
    const found = builtIn.get(name) ?? this.#asked.get(name) ?? (await discovered(call, { apiVersion, kind }))
    if (this.#asked.size >= mostKnown) this.#asked.clear()
    this.#asked.set(name, found)
    return found
  }
}

async function discovered(call: OpenCall, { apiVersion, kind }: KindNamed): Promise<Resource> {
  const list = memberOf(await call.json({ method: 'GET', path: groupPath(apiVersion) }), 'resources')
  for (const each of Array.isArray(list) ? (list as readonly unknown[]) : []) {
    const name = textAt(each, 'name') ?? ''
    if (textAt(each, 'kind') === kind && /^[a-z0-9][a-z0-9.-]{0,252}$/.test(name))
      return { name, isNamespaced: memberOf(each, 'namespaced') === true }
  }
  throw new ToolFailure(`the cluster has no kind ${kind} in ${apiVersion}`)
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** Which objects. */
export interface Place extends KindNamed {
  /** Undefined: the namespace of the configuration. */
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string
  readonly allNamespaces?: boolean | undefined
}

/** The path of one object, or of all of a kind. */
export async function pathOf(call: OpenCall, kinds: Kinds, place: Place): Promise<string> {
  const { isNamespaced, name: resource } = await kinds.resource(call, place)
  const namespace =
    isNamespaced && place.allNamespaces !== true ? ['namespaces', place.namespace ?? call.namespace] : []
  const parts = [...namespace, resource, place.name, place.subresource].filter((part) => part !== undefined)
  return [groupPath(place.apiVersion), ...parts.map(encodeURIComponent)].join('/')
}
