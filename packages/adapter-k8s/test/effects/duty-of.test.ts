import { describe, expect, it } from 'vitest'
import { dutyOf, type Verb } from '../../src/effects/duty-of.js'
import { pathName, resourceName } from '../../src/effects/resource-name.js'

/** `verb group/resource/subresource`, the group of core left empty. */
function duty(text: string, groups?: ReadonlySet<string>): string {
  const [verb, rest = ''] = text.split(' ')
  const [apiGroup = '', resource = '', subresource = ''] = rest.split('/')
  return dutyOf(verb as Verb, { apiGroup, resource, subresource, namespace: 'a', name: 'b' }, groups)
}

describe('what a request does', () => {
  it.each([
    ['get /pods', 'read'],
    ['list /secrets', 'read'],
    ['watch apps/deployments', 'read'],
    ['get /pods/log', 'read'],
    ['create /pods', 'write'],
    ['patch apps/deployments/scale', 'write'],
    ['update apps/deployments/status', 'write'],
    ['delete /pods', 'delete'],
    ['deletecollection batch/jobs', 'delete'],
    ['create /pods/eviction', 'delete'],
    ['update /namespaces/finalize', 'delete'],
    ['delete /namespaces', 'delete'],
    ['create /namespaces', 'define'],
    ['get /pods/exec', 'execute'],
    ['get /pods/attach', 'execute'],
    ['patch /pods/ephemeralcontainers', 'execute'],
    ['get /pods/portforward', 'transfer'],
    ['get /services/proxy', 'transfer'],
    ['create /serviceaccounts/token', 'grant'],
    ['create rbac.authorization.k8s.io/rolebindings', 'grant'],
    ['delete rbac.authorization.k8s.io/clusterroles', 'grant'],
    ['create certificates.k8s.io/certificatesigningrequests', 'grant'],
    ['update certificates.k8s.io/certificatesigningrequests/approval', 'grant'],
    ['create authorization.k8s.io/selfsubjectaccessreviews', 'read'],
    ['create authentication.k8s.io/tokenreviews', 'grant'],
    ['delete admissionregistration.k8s.io/validatingwebhookconfigurations', 'define'],
    ['patch apiextensions.k8s.io/customresourcedefinitions', 'define'],
    ['create apiregistration.k8s.io/apiservices', 'define'],
    ['patch storage.k8s.io/storageclasses', 'define'],
    ['create storagemigration.k8s.io/storageversionmigrations', 'define'],
    ['update internal.apiserver.k8s.io/storageversions', 'define'],
    ['list metrics.k8s.io/pods', 'read'],
    ['patch /nodes', 'define'],
    ['patch /nodes/status', 'define'],
    ['get /namespaces/status', 'read'],
    ['patch /namespaces/status', 'define'],
    ['patch /pods/status', 'write'],
    ['update admissionregistration.k8s.io/validatingadmissionpolicies/status', 'define'],
    ['patch apiextensions.k8s.io/customresourcedefinitions/status', 'define'],
    ['update apiregistration.k8s.io/apiservices/status', 'define'],
    ['patch storage.k8s.io/volumeattachments/status', 'define'],
    ['update certificates.k8s.io/certificatesigningrequests/status', 'grant'],
    ['create /pods/binding', 'define'],
    ['create /bindings', 'define'],
  ])('%s is %s', (text, expected) => {
    expect(duty(text)).toBe(expected)
  })

  it.each([
    'get /nodes/proxy',
    'create /pods/log',
    'get /pods/unheard-of',
    'update apps/deployments/unheard-of',
    'get example.com/things',
    'create example.com/things',
    'patch example.com/things/status',
  ])('%s is not understood', (text) => {
    expect(duty(text)).toBe('opaque')
  })

  it('is understood in groups that the target lists, but for subresources that nobody knows', () => {
    const groups = new Set(['example.com'])
    expect(duty('get example.com/things', groups)).toBe('read')
    expect(duty('patch example.com/things/status', groups)).toBe('write')
    expect(duty('get example.com/things/connect', groups)).toBe('opaque')
  })
})

describe('the name of a resource', () => {
  const named = { apiGroup: '', namespace: 'shop', resource: 'pods', subresource: '', name: 'web-0' }
  it.each([
    [{}, 'object:shop.pods.web-0'],
    [{ name: 'web.0' }, 'object:shop.pods."web.0"'],
    [{ subresource: 'exec' }, 'object:shop.pods/exec.web-0'],
    [{ apiGroup: 'apps', resource: 'deployments' }, 'object:shop."deployments.apps".web-0'],
    [{ name: '' }, 'object:shop.pods."*"'],
    [{ namespace: '', name: '' }, 'object:"*".pods."*"'],
    [{ resource: 'namespaces', name: 'shop' }, 'object:"*".namespaces.shop'],
    [{ name: 'system:node' }, 'object:shop.pods."system:node"'],
  ])('%j is %s', (change, expected) => {
    expect(resourceName({ ...named, ...change })).toBe(expected)
  })

  it('of a path is the path', () => {
    expect(pathName('/version')).toBe('path:/version')
    expect(pathName('/openapi/v3/apis/apps.v1')).toBe('path:"/openapi/v3/apis/apps.v1"')
  })
})
