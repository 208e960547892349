import {
  applyPatch,
  type Asked,
  asNothing,
  asPartial,
  asPartialList,
  asTable,
  get,
  jsonPatch,
  mergePatch,
  patch,
  post,
  put,
  remove,
  strategicPatch,
} from './asked.js'

/** A kind of object that goes through everything that can be done to one. */
export interface Sample {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly rest: object
}

const container = { name: 'main', image: 'nginx:1', env: [{ name: 'A', value: '1' }] }
const labels = { app: 'web' }
const rbac = 'rbac.authorization.k8s.io'
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]
const subjects = [{ kind: 'User', name: 'bob' }]

export const samples: readonly Sample[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, rest: { data: { a: '1' } } },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true, rest: { stringData: { a: 'hunter2' } } },
  { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true, rest: {} },
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, rest: { spec: { containers: [container] } } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    plural: 'deployments',
    namespaced: true,
    rest: {
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  },
  { apiVersion: `${rbac}/v1`, kind: 'Role', plural: 'roles', namespaced: true, rest: { rules } },
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false, rest: { rules } },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    namespaced: true,
    rest: { subjects, roleRef: { apiGroup: rbac, kind: 'Role', name: 'one' } },
  },
]

/** Everything that is done to objects of a kind, in a namespace that nobody else uses. */
export function everyRequest(
  { apiVersion, kind, plural, namespaced, rest }: Sample,
  namespace: string,
): readonly Asked[] {
  const prefix = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  const many = `${prefix}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}`
  // Others have objects of the whole cluster too.
  const mine = `labelSelector=of%3D${namespace}`
  const named = (name: string, more: object = {}): object => ({
    apiVersion,
    kind,
    metadata: { name: `${namespace}-${name}`, labels: { of: namespace, is: name }, ...more },
    ...rest,
  })
  const at = (name: string): string => `${many}/${namespace}-${name}`
  const meant = (change: object): object => ({ apiVersion, kind, ...change })
  return [
    get(`${many}?${mine}`),
    post(many, named('one')),
    post(many, named('one')),
    post(many, named('two')),
    post(many, named('three')),
    post(`${many}?dryRun=All`, named('dry')),
    post(`${many}?dryRun=all`, named('dry')),
    get(at('dry')),
    get(at('one')),
    get(at('one'), asPartial),
    get(at('one'), asPartialList),
    get(at('one'), asNothing),
    get(at('none')),
    get(`${many}/..`),
    get(`${many}/a%25b`),
    { ...get(`${many}?${mine}`), name: 'list' },
    get(`${many}?${mine}`, asPartialList),
    get(`${many}?${mine}`, asPartial),
    get(`${many}?${mine}&limit=2`),
    get(`${many}?labelSelector=is%20in%20(one,two),${mine.split('=')[1] ?? ''}`),
    get(`${many}?labelSelector=is%20notin%20(one),${mine.split('=')[1] ?? ''}`),
    get(`${many}?labelSelector=is!%3Done,${mine.split('=')[1] ?? ''}`),
    get(`${many}?labelSelector=!is,${mine.split('=')[1] ?? ''}`),
    get(`${many}?${mine}&fieldSelector=metadata.name%3D${namespace}-two`),
    get(`${many}?${mine}&fieldSelector=metadata.name!%3D${namespace}-two`),
    get(`${many}?fieldSelector=x`),
    get(`${many}?fieldSelector=nothing.here%3D1`),
    get(`${many}?limit=x`),
    get(`${many}?resourceVersion=x`),
    get(`${many}?watch=1&timeoutSeconds=1&${mine}`),
    put(at('one'), named('one', { annotations: { by: 'put' } })),
    put(at('one'), named('one', { annotations: { by: 'put' } })),
    put(at('one'), named('one', { resourceVersion: '1' })),
    put(at('one'), named('two')),
    put(at('none'), named('none')),
    put(`${at('one')}?dryRun=All`, named('one', { annotations: { by: 'nobody' } })),
    patch(at('one'), mergePatch, { metadata: { annotations: { merged: 'yes', by: null } } }),
    patch(at('one'), mergePatch, { metadata: { resourceVersion: '1' } }),
    patch(at('one'), mergePatch, { metadata: { name: 'other' } }),
    patch(at('one'), mergePatch, { metadata: { uid: 'other' } }),
    patch(at('one'), strategicPatch, { metadata: { annotations: { strategic: 'yes' } } }),
    patch(`${at('one')}?dryRun=All`, strategicPatch, { metadata: { annotations: { strategic: 'no' } } }),
    patch(at('one'), jsonPatch, [{ op: 'test', path: '/metadata/annotations/strategic', value: 'yes' }]),
    patch(at('one'), jsonPatch, [{ op: 'test', path: '/metadata/annotations/strategic', value: 'no' }]),
    patch(at('one'), jsonPatch, [{ op: 'remove', path: '/metadata/annotations/none' }]),
    patch(at('one'), jsonPatch, [
      { op: 'move', from: '/metadata/annotations/strategic', path: '/metadata/annotations/moved' },
    ]),
    patch(at('one'), jsonPatch, { op: 'add' }),
    patch(`${at('one')}?fieldManager=first`, applyPatch, meant({ metadata: { annotations: { applied: '1' } } })),
    patch(`${at('one')}?fieldManager=second`, applyPatch, meant({ metadata: { annotations: { applied: '2' } } })),
    patch(
      `${at('one')}?fieldManager=second&force=true`,
      applyPatch,
      meant({ metadata: { annotations: { applied: '2' } } }),
    ),
    patch(`${at('one')}?fieldManager=second`, applyPatch, meant({ metadata: { annotations: { other: '3' } } })),
    patch(at('one'), applyPatch, meant({})),
    patch(`${at('one')}?fieldManager=first`, applyPatch, {}),
    patch(`${at('one')}?force=true`, mergePatch, {}),
    patch(at('one'), { 'content-type': 'application/json' }, {}),
    patch(at('none'), mergePatch, {}),
    get(at('one')),
    remove(at('two'), { preconditions: { uid: 'other' } }),
    remove(at('two'), { preconditions: { resourceVersion: '1' } }),
    remove(at('two'), { dryRun: ['All'] }),
    remove(`${at('two')}?dryRun=All`),
    remove(`${at('two')}?dryRun=all`),
    get(at('two')),
    // With any body, the query counts for nothing.
    remove(`${at('two')}?dryRun=All`, {}),
    get(at('two')),
    remove(at('two')),
    patch(at('three'), mergePatch, { metadata: { finalizers: ['example.com/held'] } }),
    remove(at('three')),
    get(at('three')),
    patch(at('three'), mergePatch, { metadata: { finalizers: null } }),
    get(at('three')),
    remove(`${many}?${mine}&dryRun=All`),
    get(`${many}?${mine}`, asTable),
    remove(`${many}?${mine}`),
    get(`${many}?${mine}`),
    get(`${many}?${mine}`, asTable),
  ]
}
