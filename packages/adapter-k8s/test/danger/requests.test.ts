import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import { dangersOfRequest, type RequestFacts } from '../../src/danger/request.js'
import { checksOf, pathsOf } from './support/verdicts.js'

type Row = readonly [name: string, facts: RequestFacts, ...finds: readonly string[]]

const ask = (verb: string, name: string, more: Partial<RequestFacts> = {}): RequestFacts => {
  const [group = '', resource = '', subresource] = name.split('/')
  return { verb, apiGroup: group, resource, subresource, namespace: 'shop', ...more }
}
const drop = (body: JsonValue, name = '/pods') => ask('delete', name, { body })
const versioned = { metadata: { resourceVersion: '7' } }

const rows: readonly Row[] = [
  ['a pod is read', ask('get', '/pods')],
  ['pods are watched', ask('watch', '/pods')],
  ['logs are read', ask('get', '/pods/log')],
  ['webhooks are read', ask('list', 'admissionregistration.k8s.io/validatingwebhookconfigurations')],
  ['a pod is made', ask('create', '/pods')],
  ['a pod is deleted', ask('delete', '/pods')],
  ['a status is written', ask('patch', 'apps/deployments/status', { patchType: 'strategic' })],
  ['a scale is written', ask('update', 'apps/deployments/scale', { body: { ...versioned, spec: { replicas: 2 } } })],
  ['a pod is resized', ask('patch', '/pods/resize', { patchType: 'strategic' })],
  ['an empty subresource is none', ask('get', '/pods', { subresource: '' })],
  ['exec by get', ask('get', '/pods/exec'), 'run/exec'],
  ['exec by create', ask('create', '/pods/exec'), 'run/exec'],
  ['attach', ask('get', '/pods/attach'), 'run/attach'],
  [
    'an ephemeral container',
    ask('patch', '/pods/ephemeralcontainers', { patchType: 'strategic' }),
    'run/ephemeralContainers',
  ],
  ['a port is forwarded', ask('get', '/pods/portforward'), 'tunnel/portForward'],
  ['a pod is spoken to', ask('get', '/pods/proxy'), 'tunnel/proxy'],
  ['a service is spoken to', ask('create', '/services/proxy'), 'tunnel/proxy'],
  ['the kubelet is spoken to', ask('get', '/nodes/proxy'), 'escalate/nodesProxy'],
  ['a token is made', ask('create', '/serviceaccounts/token'), 'escalate/mintsToken'],
  ['a pod is bound', ask('create', '/pods/binding'), 'control-plane/podBinding'],
  ['a pod is bound in the old way', ask('create', '/bindings'), 'control-plane/podBinding'],
  ['a pod is evicted', ask('create', '/pods/eviction'), 'destroy/eviction'],
  [
    'a pod is evicted at once',
    ask('create', '/pods/eviction', { body: { deleteOptions: { gracePeriodSeconds: 0 } } }),
    'destroy/eviction',
    'destroy/noGrace',
  ],
  ['a namespace is finalized', ask('update', '/namespaces/finalize', { body: versioned }), 'destroy/namespaceFinalize'],
  [
    'a certificate is approved',
    ask('update', 'certificates.k8s.io/certificatesigningrequests/approval', { body: versioned }),
    'control-plane/certificate',
    'escalate/certificateApproval',
  ],
  [
    'a certificate is put in',
    ask('update', 'certificates.k8s.io/certificatesigningrequests/status', { body: versioned }),
    'control-plane/certificate',
  ],
  ['a subresource that nobody knows', ask('get', '/pods/teleport'), 'escalate/unknownSubresource'],
  ['exec of something else', ask('get', 'example.com/pods/exec'), 'escalate/unknownSubresource'],
  ['a verb that nobody knows', ask('', '/pods'), 'escalate/unknownVerb'],
  ['a verb of the old proxies', ask('proxy', '/pods'), 'escalate/unknownVerb'],
  [
    'a webhook is made',
    ask('create', 'admissionregistration.k8s.io/mutatingwebhookconfigurations'),
    'control-plane/admission',
  ],
  [
    'a webhook is deleted',
    ask('delete', 'admissionregistration.k8s.io/validatingwebhookconfigurations'),
    'control-plane/admission',
  ],
  [
    'a policy is made',
    ask('create', 'admissionregistration.k8s.io/validatingadmissionpolicies'),
    'control-plane/admission',
  ],
  ['an API is put in', ask('create', 'apiregistration.k8s.io/apiservices'), 'control-plane/apiService'],
  ['a priority is made', ask('create', 'scheduling.k8s.io/priorityclasses'), 'control-plane/priorityClass'],
  ['a runtime is made', ask('create', 'node.k8s.io/runtimeclasses'), 'control-plane/runtimeClass'],
  ['a node is changed', ask('patch', '/nodes', { patchType: 'strategic' }), 'control-plane/node'],
  ['the status of a node is changed', ask('patch', '/nodes/status', { patchType: 'strategic' }), 'control-plane/node'],
  ['a token is judged', ask('create', 'authentication.k8s.io/tokenreviews'), 'control-plane/tokenReview'],
  ['who one is oneself is asked', ask('create', 'authentication.k8s.io/selfsubjectreviews')],
  ['what one may oneself is asked', ask('create', 'authorization.k8s.io/selfsubjectaccessreviews')],
  [
    'a lease of the system',
    ask('patch', 'coordination.k8s.io/leases', { namespace: 'kube-system', patchType: 'strategic' }),
    'control-plane/systemLease',
  ],
  [
    'leases of all namespaces',
    ask('delete', 'coordination.k8s.io/leases', { namespace: undefined }),
    'control-plane/systemLease',
  ],
  ['a lease of a shop', ask('create', 'coordination.k8s.io/leases')],
  ['rights are given', ask('create', 'rbac.authorization.k8s.io/rolebindings'), 'grant/binding'],
  [
    'rights are given in the cluster',
    ask('patch', 'rbac.authorization.k8s.io/clusterrolebindings', { patchType: 'strategic' }),
    'grant/binding',
  ],
  ['rights are taken', ask('delete', 'rbac.authorization.k8s.io/rolebindings')],
  ['many are deleted', ask('deletecollection', '/pods'), 'destroy/deleteCollection'],
  ['a namespace is deleted', drop({}, '/namespaces'), 'destroy/wideDelete'],
  ['a node is deleted', drop({}, '/nodes'), 'control-plane/node', 'destroy/wideDelete'],
  ['a volume is deleted', drop({}, '/persistentvolumes'), 'destroy/wideDelete'],
  ['a claim is deleted', drop({}, '/persistentvolumeclaims'), 'destroy/wideDelete'],
  [
    'claims are deleted',
    ask('deletecollection', '/persistentvolumeclaims'),
    'destroy/deleteCollection',
    'destroy/wideDelete',
  ],
  ['a class of volumes is deleted', drop({}, 'storage.k8s.io/storageclasses'), 'destroy/wideDelete'],
  [
    'a kind is deleted',
    drop({}, 'apiextensions.k8s.io/customresourcedefinitions'),
    'control-plane/customResourceDefinition',
    'destroy/wideDelete',
  ],
  [
    'options that do nothing',
    drop({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      dryRun: ['All'],
      gracePeriodSeconds: 30,
      propagationPolicy: 'Foreground',
      orphanDependents: false,
      preconditions: { uid: 'u', resourceVersion: '1' },
    }),
  ],
  ['at once', drop({ gracePeriodSeconds: 0 }), 'destroy/noGrace'],
  ['before at once', drop({ gracePeriodSeconds: -1 }), 'destroy/noGrace'],
  ['orphans', drop({ propagationPolicy: 'Orphan' }), 'destroy/orphans'],
  ['orphans in the old way', drop({ orphanDependents: true }), 'destroy/orphans'],
  ['what cannot be read', drop({ ignoreStoreReadErrorWithClusterBreakingPotential: true }), 'destroy/breaksCluster'],
  ['a text instead of a number', drop({ gracePeriodSeconds: '0' }), 'destroy/malformed'],
  ['an option that nobody knows', drop({ force: true }), 'destroy/unknownField'],
  ['options that are a list', drop([]), 'destroy/malformed'],
  ['what was read is replaced', ask('update', '/configmaps', { body: versioned })],
  [
    'whatever is there is replaced',
    ask('update', '/configmaps', { body: { metadata: {} } }),
    'write-style/unpinnedUpdate',
  ],
  [
    'whatever is there is replaced, by no version',
    ask('update', '/configmaps', { body: { metadata: { resourceVersion: '' } } }),
    'write-style/unpinnedUpdate',
  ],
  [
    'whatever is there is replaced, by version 0',
    ask('update', '/configmaps', { body: { metadata: { resourceVersion: '0' } } }),
    'write-style/unpinnedUpdate',
  ],
  ['something without a body is replaced', ask('update', '/configmaps'), 'write-style/unpinnedUpdate'],
  ['fields are applied', ask('patch', '/configmaps', { patchType: 'apply', force: false, body: { a: [1] } })],
  [
    'fields are taken over',
    ask('patch', '/configmaps', { patchType: 'apply', force: true }),
    'write-style/forcedApply',
  ],
  ['a patch of a kind that nobody knows', ask('patch', '/configmaps'), 'write-style/unknownPatch'],
  ['fields are merged', ask('patch', '/configmaps', { patchType: 'merge', body: { data: { a: 'b' } } })],
  [
    'a list is merged',
    ask('patch', '/pods', { patchType: 'merge', body: { spec: { containers: [{ env: [] }] } } }),
    'write-style/replacesList',
  ],
  [
    'a field is replaced',
    ask('patch', '/pods', { patchType: 'json', body: [{ op: 'replace', path: '/metadata/labels/a', value: '1' }] }),
  ],
  [
    'a member is tested',
    ask('patch', '/pods', { patchType: 'json', body: [{ op: 'test', path: '/spec/containers/0/name', value: 'a' }] }),
  ],
  [
    'a member is added at the end',
    ask('patch', '/pods', { patchType: 'json', body: [{ op: 'add', path: '/spec/containers/-', value: {} }] }),
  ],
  [
    'a member is replaced by number',
    ask('patch', '/pods', {
      patchType: 'json',
      body: [{ op: 'replace', path: '/spec/containers/0/image', value: 'a' }],
    }),
    'write-style/indexedPatch',
  ],
  [
    'a member is removed by number',
    ask('patch', '/pods', { patchType: 'json', body: [{ op: 'remove', path: '/spec/containers/1' }] }),
    'write-style/indexedPatch',
  ],
  [
    'a member is moved by number',
    ask('patch', '/pods', { patchType: 'json', body: [{ op: 'move', from: '/a/1', path: '/b' }] }),
    'write-style/indexedPatch',
  ],
  ['operations that are an object', ask('patch', '/pods', { patchType: 'json', body: {} }), 'write-style/malformed'],
]

describe('requests', () => {
  it.each(rows.map(([name, facts, ...finds]) => ({ name, facts, finds })))('$name', ({ facts, finds }) => {
    expect(checksOf(dangersOfRequest(facts))).toEqual(finds.toSorted())
  })

  it('say which list is replaced', () => {
    const body = { spec: { containers: [{ env: [] }], tolerations: [] } }
    const found = dangersOfRequest(ask('patch', '/pods', { patchType: 'merge', body }))
    expect(pathsOf(found, 'replacesList').toSorted()).toEqual(['spec.containers', 'spec.tolerations'])
  })

  it('are looked at as deep as anybody can read', () => {
    let body: JsonValue = 1
    for (let at = 0; at < 100_000; at += 1) body = { a: body }
    const found = dangersOfRequest(ask('patch', '/pods', { patchType: 'merge', body }))
    expect(checksOf(found)).toEqual(['write-style/replacesList'])
  })
})
