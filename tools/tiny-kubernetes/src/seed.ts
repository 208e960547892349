import { resourceAt } from './catalogue/catalogue.js'
import type { JsonObject } from './json.js'
import { typed } from './objects/decode.js'
import type { Store } from './store/store.js'
import { createObject } from './verbs/create.js'

/** Puts an object into a store past everybody, as whatever starts a cluster does. */
export function seed(store: Store, group: string, plural: string, object: JsonObject, namespace = ''): void {
  const resource = resourceAt(group, 'v1', plural)
  if (resource === undefined) throw new Error(`there are no ${plural}`)
  const place = { resource, namespace, name: '', subresource: '' }
  const options = { dryRun: false, fieldManager: undefined, force: false, agent: 'kube-apiserver' }
  createObject(store, place, typed(resource, object), options)
}

const rbac = 'rbac.authorization.k8s.io'
const paths = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
]

/** What every cluster comes with, as far as it matters here. */
export function seedCluster(store: Store): void {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    seed(store, '', 'namespaces', { metadata: { name } })
  }
  const reviews = { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews'], verbs: ['create'] }
  role(store, 'cluster-admin', 'system:masters', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ])
  role(store, 'system:basic-user', 'system:authenticated', [reviews])
  role(store, 'system:discovery', 'system:authenticated', [{ nonResourceURLs: paths, verbs: ['get'] }])
}

function role(store: Store, name: string, group: string, rules: readonly object[]): void {
  const metadata = { name }
  seed(store, rbac, 'clusterroles', { metadata, rules })
  const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name }
  seed(store, rbac, 'clusterrolebindings', {
    metadata,
    roleRef,
    subjects: [{ apiGroup: rbac, kind: 'Group', name: group }],
  })
}
