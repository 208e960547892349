import { describe, expect, it } from 'vitest'
import { pinned } from '../../src/evidence/pins.js'
import { canonicalRequest } from '../../src/request/canonical-request.js'
import { fc } from '../support/properties.js'
import { request } from '../support/requests.js'

const pods = '/api/v1/namespaces/team-a/pods'
const send = (method: string, target: string, body?: unknown, contentType?: string) =>
  canonicalRequest(request(method, target, body, contentType === undefined ? {} : { 'content-type': contentType }))
const sent = (...given: Parameters<typeof send>) => {
  const canonical = send(...given)
  return 'refused' in canonical ? canonical : canonical.body?.text
}
const refused = { refused: expect.any(String) }

describe('a body', () => {
  it('goes on as it was understood, without what was between', () => {
    expect(sent('POST', pods, ' { "kind" : "Pod", "spec":{"\\u0061":1.0} } ')).toBe('{"kind":"Pod","spec":{"a":1}}')
  })

  it.each([
    ['a key twice, which the server merges', '{"spec":{"hostPID":true},"spec":{"containers":[]}}'],
    ['data twice, which the server merges', '{"data":{"a":1,"z":0},"data":{"a":2}}'],
    ['YAML', 'kind: Pod\n'],
    ['trailing JSON', '{"kind":"Pod"}{"kind":"Pod"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"Pod"'],
    ['a number', '1'],
  ])('is refused for %s', (_, body) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(send(method, method === 'POST' ? pods : `${pods}/p`, body)).toEqual(refused)
    }
  })

  it('is needed by what is written, and refused by what is read', () => {
    for (const [method, target] of [
      ['POST', pods],
      ['PUT', `${pods}/p`],
      ['PATCH', `${pods}/p`],
      ['POST', `${pods}/p/eviction`],
    ] as const) {
      expect(send(method, target)).toEqual(refused)
      expect(canonicalRequest({ ...request(method, target), body: new Uint8Array() })).toEqual(refused)
    }
    for (const target of [pods, `${pods}/p`, `${pods}/p/log`, `${pods}/p/proxy`])
      expect(send('GET', target, {})).toEqual(refused)
    expect(canonicalRequest({ ...request('GET', pods), body: new Uint8Array() })).toMatchObject({ body: undefined })
  })

  it('keeps case-variant keys apart, which the server ignores', () => {
    expect(sent('POST', pods, { spec: { HostPID: true } })).toBe('{"spec":{"HostPID":true}}')
  })

  it('behind a proxy is JSON, or there is none', () => {
    expect(sent('POST', `${pods}/p/proxy/a`, { a: 1 })).toBe('{"a":1}')
    expect(send('POST', `${pods}/p/proxy/a`)).toMatchObject({
      body: undefined,
      kind: 'proxy',
      info: { verb: 'create' },
    })
    expect(send('POST', `${pods}/p/proxy/a`, 'a=1')).toEqual(refused)
  })
})

describe('an object', () => {
  const within = (metadata: unknown) => ({ kind: 'Pod', apiVersion: 'v1', metadata })

  it.each([
    ['POST', pods, within({ name: 'p', namespace: 'team-a' })],
    ['POST', pods, within({ generateName: 'p-' })],
    ['POST', pods, within({ namespace: '', name: '' })],
    ['POST', pods, within(null)],
    ['PUT', `${pods}/p`, within({ name: 'p' })],
    ['PATCH', `${pods}/p`, { spec: {} }],
    ['POST', '/api/v1/namespaces', { kind: 'Namespace', metadata: { name: 'x' } }],
    ['PUT', '/api/v1/namespaces/x/finalize', { kind: 'Namespace', metadata: { name: 'x' } }],
    [
      'PUT',
      '/apis/apps/v1/namespaces/a/deployments/d/scale',
      { kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 } },
    ],
    ['POST', '/apis/networking.k8s.io/v1/namespaces/a/networkpolicies', { kind: 'NetworkPolicy' }],
    ['POST', '/apis/networking.k8s.io/v1/ingressclasses', { kind: 'IngressClass', apiVersion: 'networking.k8s.io/v1' }],
    ['POST', '/api/v1/namespaces/a/endpoints', { kind: 'Endpoints' }],
    ['POST', '/apis/example.com/v1/namespaces/a/oxen', { kind: 'Ox', apiVersion: 'example.com/v1' }],
    [
      'POST',
      `${pods}/p/binding`,
      { kind: 'Binding', apiVersion: 'v1', metadata: { name: 'p' }, target: { name: 'n' } },
    ],
    [
      'POST',
      `${pods}/p/eviction`,
      { kind: 'Eviction', apiVersion: 'policy/v1beta1', metadata: { name: 'p', namespace: 'team-a' } },
    ],
    [
      'POST',
      '/api/v1/namespaces/a/serviceaccounts/s/token',
      { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' },
    ],
  ])('%s %s takes what the path names: %j', (method, target, body) => {
    expect(send(method, target, body)).not.toHaveProperty('refused')
  })

  it.each([
    ['another namespace', 'POST', pods, within({ namespace: 'team-b' })],
    ['a namespace where there is none', 'POST', '/api/v1/nodes', { kind: 'Node', metadata: { namespace: 'a' } }],
    ['a namespace of a namespace', 'PUT', '/api/v1/namespaces/x', { metadata: { namespace: 'x' } }],
    ['a namespace that is no text', 'POST', pods, within({ namespace: ['team-a'] })],
    ['another name', 'PUT', `${pods}/p`, within({ name: 'q' })],
    ['another name in a patch', 'PATCH', `${pods}/p`, { metadata: { name: 'q' } }],
    ['a name that is no text', 'POST', pods, within({ name: 1 })],
    ['another kind', 'POST', pods, { kind: 'Secret' }],
    ['a list', 'POST', pods, { kind: 'PodList', items: [] }],
    ['a list of all', 'POST', pods, { kind: 'List', apiVersion: 'v1', items: [] }],
    ['a kind that is no text', 'POST', pods, { kind: ['Pod'] }],
    ['another version', 'POST', pods, { apiVersion: 'v2' }],
    ['another group', 'POST', pods, { apiVersion: 'apps/v1' }],
    ['another group of a custom resource', 'POST', '/apis/example.com/v1/oxen', { apiVersion: 'v1', kind: 'Ox' }],
    ['a version that is no text', 'POST', pods, { apiVersion: 1 }],
    ['metadata that are none', 'POST', pods, { metadata: 'p' }],
    ['metadata in a list', 'POST', pods, { metadata: [] }],
    ['another name of an eviction', 'POST', `${pods}/p/eviction`, { metadata: { name: 'q' } }],
    ['another kind for an eviction', 'POST', `${pods}/p/eviction`, { kind: 'Pod' }],
    ['another version of an eviction', 'POST', `${pods}/p/eviction`, { kind: 'Eviction', apiVersion: 'v1' }],
    ['another kind for a scale', 'PUT', '/apis/apps/v1/namespaces/a/deployments/d/scale', { kind: 'Deployment' }],
    ['another kind for a token', 'POST', '/api/v1/namespaces/a/serviceaccounts/s/token', { kind: 'Secret' }],
    ['another kind for a binding', 'POST', `${pods}/p/binding`, { kind: 'Pod' }],
  ])('is refused for %s', (_, method, target, body) => {
    expect(send(method, target, body)).toEqual(refused)
  })

  it('is not taken for saying what it inherits', () => {
    expect(send('POST', pods, '{"__proto__":{"kind":"Secret"}}')).not.toHaveProperty('refused')
    expect(send('POST', pods, '{"metadata":{"__proto__":{"namespace":"team-b"}}}')).not.toHaveProperty('refused')
  })
})

describe('a patch of operations', () => {
  const patch = (body: unknown) => send('PATCH', `${pods}/p`, body, 'application/json-patch+json')

  it.each([
    [[]],
    [[{ op: 'add', path: '/metadata/labels/a~1b', value: null }]],
    [[{ op: 'remove', path: '' }]],
    [[{ op: 'replace', path: '/a', value: { d: 1 } }]],
    [
      ['generation', 'name', 'namespace', 'resourceVersion', 'uid'].map((name) => ({
        op: 'test',
        path: `/metadata/${name}`,
        value: 'a',
      })),
    ],
  ])('is one: %j', (body) => {
    expect(patch(body)).not.toHaveProperty('refused')
  })

  it.each([
    [{}],
    [['add']],
    [[null]],
    [[{ op: 'Add', path: '/a', value: 1 }]],
    [[{ op: 'constructor', path: '/a' }]],
    [[{ op: 'add', path: 'a', value: 1 }]],
    [[{ op: 'add', path: '/a~2', value: 1 }]],
    [[{ op: 'add', path: '/a' }]],
    [[{ op: 'add', value: 1 }]],
    [[{ op: 'remove', path: '/a', value: 1 }]],
    [[{ op: 'replace', path: '/a' }]],
    [[{ op: 'test', path: '/metadata/uid' }]],
    [[{ op: 'test', path: '/metadata/uid', value: 1, from: '/b' }]],
  ])('is none: %j', (body) => {
    expect(patch(body)).toEqual(refused)
  })

  it.each(['copy', 'move'])('never carries what is hidden to where it is shown: %s', (op) => {
    const first = { op: 'add', path: '/metadata/annotations', value: {} }
    const body = [first, { op, from: '/data/password', path: '/metadata/annotations/a' }]
    expect(patch(body)).toEqual({ refused: expect.stringMatching(/copies or moves .* send add, replace and remove/) })
  })

  it.each(['/data/password', '/metadata/annotations/a', '/metadata', '', '/metadata/uid/'])(
    'never tests what may be hidden: %s',
    (path) => {
      const body = [
        { op: 'test', path: '/metadata/uid', value: 'u' },
        { op: 'test', path, value: 'guess' },
      ]
      expect(patch(body)).toEqual({ refused: expect.stringMatching(/tests more than .* send add, replace and remove/) })
    },
  )

  it('that is pinned comes out as it went in', () => {
    const read = patch([{ op: 'add', path: '/data/a', value: '1' }])
    if (!('kind' in read)) throw new Error('it is refused')
    const once = pinned(read, { uid: 'u', resourceVersion: '7' })
    expect(patch(JSON.parse(once.body?.text ?? ''))).toEqual(once)
  })
})

describe('an apply', () => {
  const apply = (body: unknown) =>
    send('PATCH', `${pods}/p?fieldManager=me&force=1`, body, 'application/apply-patch+yaml')
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }

  it('is JSON that says what it is', () => {
    expect(apply(pod)).toMatchObject({ target: `${pods}/p?fieldManager=me&force=true`, info: { verb: 'patch' } })
    expect(apply({ ...pod, kind: '' })).toEqual(refused)
    expect(apply({ ...pod, apiVersion: undefined })).toEqual(refused)
    expect(apply('apiVersion: v1\nkind: Pod\n')).toEqual(refused)
  })

  it('is refused with keys that YAML merges, at any depth', () => {
    expect(apply({ ...pod, '<<': {} })).toEqual(refused)
    expect(apply({ ...pod, spec: [{ a: { '<<': 1 } }] })).toEqual(refused)
    expect(apply({ ...pod, spec: ['<<'] })).not.toHaveProperty('refused')
  })
})

describe('a deletion', () => {
  const one = `${pods}/p`

  it.each([
    ['', undefined, '{}', false],
    ['?dryRun=All', undefined, '{"dryRun":["All"]}', true],
    ['?dryRun=All', {}, '{"dryRun":["All"]}', true],
    ['', { dryRun: ['All'] }, '{"dryRun":["All"]}', true],
    ['?dryRun=All', { dryRun: ['All'] }, '{"dryRun":["All"]}', true],
    ['', { dryRun: [] }, '{}', false],
    ['', { kind: 'DeleteOptions', apiVersion: 'v1' }, '{}', false],
    ['', { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' }, '{}', false],
    [
      '?gracePeriodSeconds=0&propagationPolicy=Orphan',
      { gracePeriodSeconds: 0 },
      '{"gracePeriodSeconds":0,"propagationPolicy":"Orphan"}',
      false,
    ],
    [
      '?orphanDependents=false',
      { preconditions: { uid: 'u', resourceVersion: '1' } },
      '{"orphanDependents":false,"preconditions":{"uid":"u","resourceVersion":"1"}}',
      false,
    ],
  ])('of one object with %s and %j says all in its body', (end, body, text, dryRun) => {
    expect(send('DELETE', `${one}${end}`, body)).toMatchObject({
      target: one,
      query: [],
      dryRun,
      headers: { 'content-type': 'application/json' },
      body: { text, value: JSON.parse(text) },
    })
  })

  it('of many keeps in the query which they are', () => {
    const target = `${pods}?dryRun=All&labelSelector=a%3Db&gracePeriodSeconds=1&limit=5`
    expect(send('DELETE', target, { propagationPolicy: 'Foreground' })).toMatchObject({
      kind: 'deletecollection',
      target: `${pods}?labelSelector=a%3Db&limit=5`,
      dryRun: true,
      body: { text: '{"gracePeriodSeconds":1,"propagationPolicy":"Foreground","dryRun":["All"]}' },
    })
  })

  it.each([
    ['the query and the body differ about dryRun', '?dryRun=All', { dryRun: [] }],
    ['the query and the body differ', '?gracePeriodSeconds=1', { gracePeriodSeconds: 0 }],
    ['the query and the body differ about a truth', '?orphanDependents=true', { orphanDependents: false }],
    ['the query and the body differ about a word', '?propagationPolicy=Orphan', { propagationPolicy: 'Background' }],
    ['dryRun is a text', '', { dryRun: 'All' }],
    ['dryRun is another word', '', { dryRun: ['all'] }],
    ['dryRun is two words', '', { dryRun: ['All', 'All'] }],
    ['a field is not known', '', { dryrun: ['All'] }],
    ['a field is inherited by objects', '', { toString: 1 }],
    ['__proto__ is a field', '', '{"__proto__":{"dryRun":["All"]}}'],
    ['the grace is a text', '', { gracePeriodSeconds: '0' }],
    ['the grace is negative', '', { gracePeriodSeconds: -1 }],
    ['the grace is a fraction', '', { gracePeriodSeconds: 0.5 }],
    ['the grace is null', '', { gracePeriodSeconds: null }],
    ['the policy is not known', '', { propagationPolicy: 'orphan' }],
    ['the truth is a word', '', { orphanDependents: 'true' }],
    ['preconditions are a text', '', { preconditions: 'u' }],
    ['preconditions are not known', '', { preconditions: { name: 'u' } }],
    ['preconditions are empty texts', '', { preconditions: { uid: '' } }],
    ['it is another kind', '', { kind: 'Pod' }],
    ['it is another version', '', { apiVersion: 'apps/v1' }],
    ['the version is no text', '', { apiVersion: 1 }],
  ])('is refused when %s', (_, end, body) => {
    expect(send('DELETE', `${one}${end}`, body)).toEqual(refused)
  })

  it('takes options of the version of the path', () => {
    expect(
      send('DELETE', '/apis/apps/v1/namespaces/a/deployments/d', { kind: 'DeleteOptions', apiVersion: 'apps/v1' }),
    ).toMatchObject({
      body: { text: '{}' },
    })
  })

  it('is a dry run whenever the query or the body says so, and never else', () => {
    const options = fc.record({ dryRun: fc.constant(['All']), gracePeriodSeconds: fc.nat() }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.boolean(), fc.option(options, { nil: undefined }), (isInQuery, body) => {
        const canonical = send('DELETE', `${one}${isInQuery ? '?dryRun=All' : ''}`, body)
        const isDryRun = isInQuery || body?.dryRun !== undefined
        expect(canonical).toMatchObject({ dryRun: isDryRun, query: [] })
        expect((canonical as { body: { text: string } }).body.text.includes('"dryRun":["All"]')).toBe(isDryRun)
      }),
    )
  })
})

describe('an eviction', () => {
  const target = `${pods}/p/eviction`

  it.each([
    [
      '',
      { deleteOptions: { dryRun: ['All'], gracePeriodSeconds: 0 } },
      '?dryRun=All',
      { gracePeriodSeconds: 0, dryRun: ['All'] },
    ],
    ['?dryRun=All', { deleteOptions: { dryRun: ['All'] } }, '?dryRun=All', { dryRun: ['All'] }],
    ['?dryRun=All&fieldManager=a', {}, '?dryRun=All&fieldManager=a', { dryRun: ['All'] }],
    ['?fieldManager=a', { deleteOptions: { dryRun: ['All'] } }, '?dryRun=All&fieldManager=a', { dryRun: ['All'] }],
    [
      '?dryRun=All',
      { deleteOptions: { gracePeriodSeconds: 1 } },
      '?dryRun=All',
      { gracePeriodSeconds: 1, dryRun: ['All'] },
    ],
    ['', { deleteOptions: null }, '', {}],
    ['', {}, '', {}],
    ['', { deleteOptions: { kind: 'DeleteOptions', apiVersion: 'policy/v1', dryRun: [] } }, '', {}],
  ])('with %s and %j is a dry run in its query and its body', (end, body, query, deleteOptions) => {
    expect(send('POST', `${target}${end}`, body)).toMatchObject({
      kind: 'eviction',
      target: `${target}${query}`,
      dryRun: query.includes('dryRun'),
      body: { text: JSON.stringify({ deleteOptions }) },
    })
  })

  it.each([[{ dryRun: ['all'] }], [{ unknown: 1 }], ['All'], [[]]])(
    'is refused with the options %j',
    (deleteOptions) => {
      expect(send('POST', target, { deleteOptions })).toEqual(refused)
    },
  )
})
