import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/json.js'
import { type Case, checksOf, dangers, pathsOf } from './support/verdicts.js'

const group = 'rbac.authorization.k8s.io/v1'
const role = (rules: JsonValue, more: JsonObject = {}): JsonObject => ({
  apiVersion: group,
  kind: 'ClusterRole',
  metadata: { name: 'reader' },
  rules,
  ...more,
})
const rule = (resources: JsonValue, verbs: JsonValue = ['get'], apiGroups: JsonValue = ['']) =>
  role([{ apiGroups, resources, verbs }])
const binding = (name: string, ...subjects: readonly JsonValue[]): JsonObject => ({
  apiVersion: group,
  kind: 'ClusterRoleBinding',
  metadata: { name: 'b' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  subjects,
})
const subject = (kind: string, name: string, namespace?: string): JsonObject => ({
  kind,
  name,
  ...(namespace !== undefined && { namespace }),
})

const cases: readonly Case[] = [
  { name: 'a role that reads', object: rule(['pods', 'configmaps'], ['get', 'list', 'watch']), finds: [] },
  { name: 'a role that writes deployments', object: rule(['deployments'], ['create', 'patch'], ['apps']), finds: [] },
  { name: 'a role without rules', object: role(null), finds: [] },
  { name: 'all verbs', object: rule(['pods'], ['*']), finds: ['escalate/wildcardVerbs'] },
  { name: 'all verbs in a list with others', object: rule(['pods'], ['get', '*']), finds: ['escalate/wildcardVerbs'] },
  { name: 'all resources', object: rule(['*']), finds: ['escalate/wildcardResources'] },
  { name: 'a subresource of all', object: rule(['*/exec']), finds: ['escalate/wildcardResources'] },
  { name: 'all groups', object: rule(['pods'], ['get'], ['*']), finds: ['escalate/wildcardApiGroups'] },
  {
    name: 'all of all',
    object: rule(['*'], ['*'], ['*']),
    finds: ['escalate/wildcardApiGroups', 'escalate/wildcardResources', 'escalate/wildcardVerbs'],
  },
  {
    name: 'all URLs',
    object: role([{ nonResourceURLs: ['/healthz', '/*'], verbs: ['get'] }]),
    finds: ['escalate/wildcardUrls'],
  },
  {
    name: 'escalate',
    object: rule(['clusterroles'], ['escalate']),
    finds: ['escalate/escalateVerb', 'escalate/writesRbac'],
  },
  { name: 'bind', object: rule(['roles'], ['bind']), finds: ['escalate/bindVerb', 'escalate/writesRbac'] },
  { name: 'impersonate', object: rule(['users'], ['impersonate']), finds: ['escalate/impersonateVerb'] },
  {
    name: 'impersonate in its newer form',
    object: rule(['users'], ['impersonate:user-info']),
    finds: ['escalate/impersonateVerb'],
  },
  { name: 'secrets', object: rule(['secrets'], ['list']), finds: ['escalate/secretsAccess'] },
  {
    name: 'one secret',
    object: role([{ apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get'] }]),
    finds: ['escalate/secretsAccess'],
  },
  { name: 'the kubelet', object: rule(['nodes/proxy']), finds: ['escalate/nodesProxy'] },
  { name: 'exec', object: rule(['pods/exec']), finds: ['escalate/runsInPods'] },
  { name: 'attach', object: rule(['pods/attach'], ['create']), finds: ['escalate/runsInPods'] },
  {
    name: 'ephemeral containers',
    object: rule(['pods/ephemeralcontainers'], ['patch']),
    finds: ['escalate/runsInPods'],
  },
  { name: 'forwarded ports', object: rule(['pods/portforward']), finds: ['escalate/tunnels'] },
  { name: 'proxies', object: rule(['services/proxy']), finds: ['escalate/tunnels'] },
  { name: 'proxies of pods', object: rule(['pods/proxy']), finds: ['escalate/tunnels'] },
  { name: 'tokens', object: rule(['serviceaccounts/token'], ['create']), finds: ['escalate/mintsTokens'] },
  { name: 'bindings that are read', object: rule(['rolebindings'], ['list']), finds: [] },
  {
    name: 'bindings that are written',
    object: rule(['rolebindings'], ['get', 'create']),
    finds: ['escalate/writesRbac'],
  },
  {
    name: 'webhooks that are written',
    object: rule(['mutatingwebhookconfigurations'], ['update']),
    finds: ['escalate/writesControlPlane'],
  },
  {
    name: 'certificates that are approved',
    object: rule(['certificatesigningrequests/approval'], ['update']),
    finds: ['escalate/writesControlPlane'],
  },
  { name: 'rules that are a text', object: role('*'), finds: ['escalate/malformed'] },
  { name: 'a rule that is a text', object: role(['*']), finds: ['escalate/malformed'] },
  {
    name: 'verbs that are a text',
    object: rule(['secrets'], '*'),
    finds: ['escalate/malformed', 'escalate/secretsAccess'],
  },
  {
    name: 'verbs that are numbers',
    object: rule(['roles'], [1]),
    finds: ['escalate/malformed', 'escalate/writesRbac'],
  },
  {
    name: 'a field that nobody knows',
    object: role([{ verbs: ['get'], resources: ['pods'], everything: true }]),
    finds: ['escalate/unknownField'],
  },
  { name: 'a rule that is null', object: role([null]), finds: [] },
  {
    name: 'rules of others',
    object: role(null, { aggregationRule: { clusterRoleSelectors: [] } }),
    finds: ['escalate/aggregationRule'],
  },
  {
    name: 'rules for others',
    object: role([], { metadata: { name: 'r', labels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } } }),
    finds: ['escalate/aggregateLabel'],
  },
  { name: 'other labels', object: role([], { metadata: { name: 'r', labels: { app: 'a' } } }), finds: [] },
  {
    name: 'a role of the system',
    object: role([], { metadata: { name: 'system:node' } }),
    finds: ['escalate/systemRole'],
  },
  {
    name: 'a role that comes with the system',
    object: role([], { metadata: { name: 'view' } }),
    finds: ['escalate/systemRole'],
  },
  {
    name: 'a role of a namespace named so',
    object: { ...role([], { metadata: { name: 'view' } }), kind: 'Role' },
    finds: [],
  },
  { name: 'a role of a namespace', object: { ...rule(['secrets']), kind: 'Role' }, finds: ['escalate/secretsAccess'] },
  {
    name: 'a role of another group',
    object: { ...rule(['secrets']), apiVersion: 'authorization.openshift.io/v1' },
    finds: ['escalate/secretsAccess'],
  },
  { name: 'a binding', object: binding('reader', subject('User', 'ann')), finds: ['grant/binding'] },
  { name: 'a binding to nobody', object: { ...binding('reader'), subjects: null }, finds: ['grant/binding'] },
  {
    name: 'a binding in a namespace',
    object: { ...binding('reader', subject('User', 'ann')), kind: 'RoleBinding' },
    finds: ['grant/binding'],
  },
  {
    name: 'all rights',
    object: binding('cluster-admin', subject('User', 'ann')),
    finds: ['escalate/clusterAdmin', 'grant/binding'],
  },
  {
    name: 'rights of the system',
    object: binding('system:node', subject('User', 'ann')),
    finds: ['escalate/systemRole', 'grant/binding'],
  },
  {
    name: 'the group above all rules',
    object: binding('reader', subject('Group', 'system:masters')),
    finds: ['escalate/mastersGroup', 'grant/binding'],
  },
  ...['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts', 'system:serviceaccounts:shop'].map(
    (name) => ({
      name: `everybody in ${name}`,
      object: binding('reader', subject('Group', name)),
      finds: ['escalate/broadSubject', 'grant/binding'],
    }),
  ),
  {
    name: 'nobody in particular',
    object: binding('reader', subject('User', 'system:anonymous')),
    finds: ['escalate/broadSubject', 'grant/binding'],
  },
  {
    name: 'a part of the system',
    object: binding('reader', subject('User', 'system:kube-scheduler')),
    finds: ['escalate/systemSubject', 'grant/binding'],
  },
  {
    name: 'an account of the system',
    object: binding('reader', subject('ServiceAccount', 'c', 'kube-system')),
    finds: ['escalate/systemSubject', 'grant/binding'],
  },
  {
    name: 'an account of a namespace',
    object: binding('reader', subject('ServiceAccount', 'c', 'shop')),
    finds: ['grant/binding'],
  },
  {
    name: 'subjects that are a text',
    object: { ...binding('reader'), subjects: 'system:masters' },
    finds: ['escalate/malformed', 'grant/binding'],
  },
  {
    name: 'a role that is a text',
    object: { ...binding('reader'), roleRef: 'cluster-admin' },
    finds: ['escalate/malformed', 'grant/binding'],
  },
  {
    name: 'bindings in a typed list',
    object: { apiVersion: group, kind: 'RoleBindingList', items: [{ roleRef: { name: 'cluster-admin' } }] },
    finds: ['escalate/clusterAdmin', 'grant/binding'],
  },
]

describe('rights', () => {
  it.each(cases)('$name', ({ object, finds }) => {
    const found = dangers(object)
    expect(checksOf(found.findings)).toEqual(finds.toSorted())
    expect(found.attributes).toEqual({})
  })

  it('say where', () => {
    const object = role([{}, { apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get'] }])
    expect(pathsOf(dangers(object).findings, 'secretsAccess')).toEqual(['rules[1].resources[1]'])
  })
})
