import { catalogue, groups } from './catalogue.js'
import { apiVersionOf, type Resource } from './resource.js'

const everything = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** What the paths that lead to no object say, or `undefined`. */
export function discovery(path: string, serverAddress: string): object | string | undefined {
  const trimmed = path.replace(/\/+$/, '')
  if (['/healthz', '/livez', '/readyz'].includes(trimmed)) return 'ok'
  if (trimmed === '/version') return version
  if (trimmed === '/openapi/v2') return { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.20.2' }, paths: {} }
  if (trimmed === '/api') {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }]
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs }
  }
  if (trimmed === '/apis')
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((name) => groupOf(name)) }
  if (trimmed === '/api/v1') return resourcesOf('')
  const [, group = '', given] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(trimmed) ?? []
  if (!groups.includes(group)) return undefined
  if (given === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) }
  return given === 'v1' ? resourcesOf(group) : undefined
}

const version = {
  major: '1',
  minor: '20',
  gitVersion: 'v1.20.2',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '',
  goVersion: '',
  compiler: '',
  platform: '',
}

function groupOf(name: string): object {
  const one = { groupVersion: `${name}/v1`, version: 'v1' }
  return { name, versions: [one], preferredVersion: one }
}

function resourcesOf(group: string): object {
  const resources = catalogue.filter((resource) => resource.group === group).flatMap(entriesOf)
  const groupVersion = apiVersionOf({ group, version: 'v1' })
  return { kind: 'APIResourceList', ...(group !== '' && { apiVersion: 'v1' }), groupVersion, resources }
}

function entriesOf(resource: Resource): readonly object[] {
  const { categories, deletedTogether, kind, namespaced, plural, shortNames, subresources, virtual } = resource
  const verbs = virtual ? ['create'] : everything.filter((verb) => deletedTogether || verb !== 'deletecollection')
  const entry = { name: plural, singularName: '', namespaced, kind, verbs }
  return [
    { ...entry, ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) },
    ...[...subresources].sort().map((name) => subresource(resource, name)),
  ]
}

const read = ['get', 'patch', 'update']
const streamed = ['create', 'get']
/** What differs from the object that a subresource is part of. */
const ofSubresource: Readonly<Record<string, object>> = {
  attach: { kind: 'PodAttachOptions', verbs: streamed },
  eviction: { group: 'policy', version: 'v1beta1', kind: 'Eviction', verbs: ['create'] },
  exec: { kind: 'PodExecOptions', verbs: streamed },
  finalize: { verbs: ['update'] },
  log: { verbs: ['get'] },
  portforward: { kind: 'PodPortForwardOptions', verbs: streamed },
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: read },
  status: { verbs: read },
}

function subresource({ kind, namespaced, plural }: Resource, name: string): object {
  return { name: `${plural}/${name}`, singularName: '', namespaced, kind, ...ofSubresource[name] }
}
