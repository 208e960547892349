import { type Asked, get, post } from './asked.js'

/** What somebody may do who has a role for the pods of one namespace. */
export function access(namespace: string, agent: object): readonly Asked[] {
  const rbac = 'rbac.authorization.k8s.io'
  const roles = `/apis/${rbac}/v1/namespaces/${namespace}`
  const here = `/api/v1/namespaces/${namespace}`
  const review = (resource: string): object => ({
    spec: { resourceAttributes: { namespace, verb: 'get', resource } },
  })
  const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const rules = [{ apiGroups: [''], resources: ['pods', 'pods/status'], verbs: ['get', 'list'] }]
  const one = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['named'], verbs: ['get', 'list', 'watch'] }
  const roleRef = { apiGroup: rbac, kind: 'Role', name: 'reader' }
  const asAgent: readonly Asked[] = [
    get(`${here}/pods`),
    get(`${here}/pods/p`),
    get(`${here}/pods/p/status`),
    get(`${here}/pods/p/log`),
    get(`${here}/pods?watch=1`),
    get(`${here}/secrets`),
    get(`${here}/configmaps/named`),
    get(`${here}/configmaps/other`),
    get(`${here}/configmaps`),
    get(`${here}/configmaps?fieldSelector=metadata.name%3Dnamed`),
    get(`${here}/configmaps?fieldSelector=metadata.name%3Dother`),
    get('/api/v1/pods'),
    get('/api/v1/nodes/n'),
    get(`/apis/apps/v1/namespaces/${namespace}/deployments/d`),
    { method: 'DELETE', path: `/apis/apps/v1/namespaces/${namespace}/deployments` },
    { method: 'DELETE', path: `/api/v1/namespaces/${namespace}` },
    post(`${here}/pods/p/exec`, {}),
    get('/apis/nothing.example.com/v1/things'),
    get('/nothing'),
    get('/metrics'),
    get('/healthz'),
    get('/api'),
    { ...post(reviews, review('pods')), bodiesDiffer: 'it is not said which binding allows' },
    post(reviews, review('secrets')),
    { ...get(`${here}/pods`), headers: { 'impersonate-user': 'admin' } },
  ]
  return [
    post(`${roles}/roles`, { metadata: { name: 'reader' }, rules: [...rules, one] }),
    post(`${roles}/rolebindings`, { metadata: { name: 'reads' }, roleRef, subjects: [agent] }),
    ...asAgent.map((asked) => ({ ...asked, by: 'agent' as const })),
  ]
}

/** What becomes of a namespace that is deleted. */
export function ending(namespace: string): readonly Asked[] {
  const it = `/api/v1/namespaces/${namespace}`
  return [
    get(it),
    { method: 'DELETE', path: `${it}?dryRun=All` },
    { method: 'DELETE', path: it },
    { method: 'DELETE', path: it },
    post(`${it}/configmaps`, { metadata: { name: 'late' } }),
    get(it),
    { method: 'PUT', path: `${it}/finalize`, body: { metadata: { name: namespace }, spec: {} } },
    get(it),
  ]
}
