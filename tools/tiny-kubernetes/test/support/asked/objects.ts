import { applyPatch, type Asked, asTable, get, mergePatch, patch, post, put, remove, strategicPatch } from './asked.js'

/** What is wrong with objects, and what becomes of some of them. */
export function objects(namespace: string): readonly Asked[] {
  const here = `/api/v1/namespaces/${namespace}`
  const maps = `${here}/configmaps`
  const map = (name: string, more: object = {}): object => ({ metadata: { name }, ...more })
  return [
    post(maps, { metadata: {} }),
    post(maps, map('C_1')),
    post(maps, map('c', { data: { 'a b': '1' } })),
    post(maps, { metadata: { name: 'c', namespace: 'other' } }),
    post(maps, map('c', { kind: 'Secret', apiVersion: 'v1' })),
    post(maps, map('c', { kind: 'ConfigMap', apiVersion: 'v2' })),
    { ...post(maps, '{"metadata":'), bodiesDiffer: 'the words of the parser are not repeated' },
    { ...post(maps, '[]'), bodiesDiffer: 'the words of the parser are not repeated' },
    { ...post(maps, map('c', { data: { a: 1 } })), bodiesDiffer: 'the words of the parser are not repeated' },
    { ...post(maps, map('c')), headers: { 'content-type': 'text/plain' } },
    post('/api/v1/namespaces/nothing-here/configmaps', map('c')),
    get('/api/v1/namespaces/nothing-here/configmaps'),
    get('/api/v1/namespaces/nothing-here/configmaps/c'),
    post(maps, { metadata: { name: 'c', resourceVersion: '5' } }),
    post(maps, map('c', { data: { a: '1', b: null } })),
    put(`${maps}/c`, { metadata: {} }),
    put(`${maps}/c`, { metadata: { name: 'c', namespace: 'other' } }),
    put(`${maps}/none`, { metadata: { name: 'none', uid: 'other' } }),
    put(`${maps}/c`, { metadata: { name: 'c', uid: 'other' } }),
    patch(`${maps}/c`, mergePatch, '['),
    patch(`${maps}/c`, mergePatch, { metadata: { namespace: 'other' } }),
    patch(`${maps}/c`, mergePatch, { data: { a: null } }),
    patch(`${maps}/c?fieldManager=one`, applyPatch, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { x: '1', y: '2' },
    }),
    patch(`${maps}/c?fieldManager=two`, applyPatch, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { x: '3', y: '4', z: '5' },
    }),
    patch(`${maps}/c?fieldManager=one`, applyPatch, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { x: '1' },
    }),
    patch(`${maps}/new?fieldManager=one`, applyPatch, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'new' },
      data: { x: '1' },
    }),
    remove(`${maps}/c`, { propagationPolicy: 'Sideways' }),
    remove(`${maps}/c`, { kind: 'Pod', apiVersion: 'v1' }),
    remove(`${maps}/c`, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' }),
    { ...get(`${maps}?limit=1`), name: 'page' },
    get((seen) => `${maps}?limit=1&continue=${encodeURIComponent(seen('page').metadata?.continue ?? '')}`),
    get(`${maps}?continue=x`),
    get(`${maps}?resourceVersionMatch=Exact`),
    ...pods(here),
    ...deployments(namespace),
  ]
}

function pods(here: string): readonly Asked[] {
  const pods = `${here}/pods`
  const containers = [{ name: 'main', image: 'nginx' }]
  return [
    post(pods, { metadata: { name: 'p' }, spec: {} }),
    post(pods, { metadata: { name: 'p' }, spec: { containers: [{ name: 'main' }] } }),
    post(pods, { metadata: { name: 'p' }, spec: { containers } }),
    post(pods, { metadata: { name: 'q' }, spec: { containers, nodeName: 'nowhere' } }),
    get(pods, asTable),
    get(`${pods}/p/log`),
    get(`${pods}/p/log?container=other`),
    get(`${pods}/p/exec?command=true`),
    get(`${pods}/p/status`),
    get(`${pods}?fieldSelector=spec.nodeName%3Dnowhere`),
    get(`${pods}?fieldSelector=status.phase%3DPending`),
    patch(`${pods}/p/status`, mergePatch, { status: { phase: 'Running' } }),
    patch(`${pods}/p`, strategicPatch, { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } }),
    {
      ...patch(`${pods}/p`, strategicPatch, { spec: { containers: [{ name: 'main', env: [{ name: 'A' }] }] } }),
      bodiesDiffer: 'the difference of two pods is not written out in Go',
    },
    remove(`${pods}/q`, { dryRun: ['All'] }),
    remove(`${pods}/q`),
    get(`${pods}/q`),
    remove(`${pods}/q`, { gracePeriodSeconds: 0 }),
    get(`${pods}/q`),
    post(`${pods}/p/eviction`, { metadata: { name: 'p' } }),
    get(`${pods}/p`),
  ]
}

function deployments(namespace: string): readonly Asked[] {
  const many = `/apis/apps/v1/namespaces/${namespace}/deployments`
  const web = `${many}/web`
  const labels = { app: 'web' }
  const containers = [{ name: 'main', image: 'nginx', env: [{ name: 'A', value: '1' }] }]
  const spec = {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  }
  const template = (changed: readonly object[]): object => ({ spec: { template: { spec: { containers: changed } } } })
  return [
    post(many, { metadata: { name: 'x' }, spec: {} }),
    post(many, { metadata: { name: 'x' }, spec: { ...spec, selector: { matchLabels: { app: 'other' } } } }),
    post(many, { metadata: { name: 'web' }, spec }),
    get(many, asTable),
    get(web, asTable),
    get(`${web}?includeObject=None`, asTable),
    get(`${web}?includeObject=Object`, asTable),
    get(`${web}?includeObject=other`, asTable),
    patch(web, strategicPatch, template([{ name: 'main', env: [{ name: 'B', value: '2' }] }])),
    patch(web, strategicPatch, template([{ name: 'side', image: 'busybox:1' }])),
    patch(web, strategicPatch, template([{ name: 'side', $patch: 'delete' }])),
    patch(web, strategicPatch, template([{ name: 'main', env: [{ name: 'A', $patch: 'delete' }] }])),
    get(`${web}/scale`),
    put(`${web}/scale`, { metadata: { name: 'web', namespace }, spec: { replicas: 3 } }),
    patch(`${web}/scale`, mergePatch, { spec: { replicas: 4 } }),
    patch(`${web}/scale`, mergePatch, { metadata: { resourceVersion: '1' }, spec: { replicas: 5 } }),
    get(web),
    patch(`${web}?fieldManager=one`, applyPatch, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:3' }] } } },
    }),
    patch(`${web}?fieldManager=one&force=true`, applyPatch, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:3' }] } } },
    }),
    patch(`${web}/status`, mergePatch, { status: { replicas: 4, readyReplicas: 2 } }),
    get(many, asTable),
    remove(web, { propagationPolicy: 'Foreground' }),
    get(web),
  ]
}
