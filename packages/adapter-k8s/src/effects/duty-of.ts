import type { Duty } from '@bothkeys/core/adapter'
import { servedGroups } from '../request/served-groups.js'
import type { Named } from './resource-name.js'

/** What the API server calls what is done: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch'])
const removing: ReadonlySet<string> = new Set(['delete', 'deletecollection'])

/** The groups of Kubernetes itself. Objects of others are the user's own, and nobody knows what they do. */
const builtInGroups: ReadonlySet<string> = new Set([...servedGroups, 'metrics.k8s.io'])

/** Writing it also changes labels, annotations and finalizers, and tells others what to do: it counts as writing the object. */
const status = 'status'

/** Subresources, with what doing anything to them is; reading them is what `read` says. */
const subresources: ReadonlyMap<string, { readonly read: Duty; readonly change: Duty }> = new Map(
  Object.entries({
    '*/scale': { read: 'read', change: 'write' },
    'pods/log': { read: 'read', change: 'opaque' },
    // What connects is asked for with GET.
    'pods/exec': { read: 'execute', change: 'execute' },
    'pods/attach': { read: 'execute', change: 'execute' },
    'pods/ephemeralcontainers': { read: 'read', change: 'execute' },
    'pods/resize': { read: 'read', change: 'write' },
    'pods/portforward': { read: 'transfer', change: 'transfer' },
    'pods/proxy': { read: 'transfer', change: 'transfer' },
    'services/proxy': { read: 'transfer', change: 'transfer' },
    'pods/binding': { read: 'read', change: 'define' },
    'pods/eviction': { read: 'read', change: 'delete' },
    'serviceaccounts/token': { read: 'read', change: 'grant' },
    'namespaces/finalize': { read: 'read', change: 'delete' },
    'certificatesigningrequests.certificates.k8s.io/approval': { read: 'read', change: 'grant' },
  } as const),
)

/** Groups whose every object changes what others may do. */
const granting: ReadonlySet<string> = new Set(['rbac.authorization.k8s.io'])
/** Groups whose every object changes how the cluster itself works. */
const defining: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'node.k8s.io',
  'scheduling.k8s.io',
  'storagemigration.k8s.io',
])
/** Kinds that change how the cluster works, in groups that also have others. */
const definingKinds: ReadonlySet<string> = new Set([
  'bindings',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'ingressclasses.networking.k8s.io',
  'namespaces',
  'nodes',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
])
/** Questions that say nothing but what whoever asks may do. */
const askingOfOneself: ReadonlySet<string> = new Set([
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
])

/**
 * What a request does to what it names, in the vocabulary that all adapters share. `groups`: those of the user's own that the target
 * lists. What is not known is `opaque`.
 */
export function dutyOf(verb: Verb, named: Named, groups: ReadonlySet<string> = new Set()): Duty {
  const { apiGroup, resource, subresource } = named
  if (!builtInGroups.has(apiGroup) && !groups.has(apiGroup)) return 'opaque'
  const kind = apiGroup === '' ? resource : `${resource}.${apiGroup}`
  if (subresource !== '' && subresource !== status) return dutyBelow(verb, kind, subresource)
  if (reading.has(verb)) return 'read'
  if (apiGroup === 'authorization.k8s.io' || apiGroup === 'authentication.k8s.io')
    return verb === 'create' && askingOfOneself.has(resource) ? 'read' : 'grant'
  if (granting.has(apiGroup)) return 'grant'
  if (apiGroup === 'certificates.k8s.io' && !removing.has(verb)) return 'grant'
  // Whoever removes a webhook lets through what it kept out.
  if (defining.has(apiGroup)) return 'define'
  if (removing.has(verb)) return 'delete'
  return definingKinds.has(kind) ? 'define' : 'write'
}

function dutyBelow(verb: Verb, kind: string, subresource: string): Duty {
  const known = subresources.get(`${kind}/${subresource}`) ?? subresources.get(`*/${subresource}`)
  if (known === undefined) return 'opaque'
  return reading.has(verb) ? known.read : known.change
}
