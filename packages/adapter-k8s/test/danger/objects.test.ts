import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/json.js'
import { dangersOfObject } from '../../src/danger/object.js'
import { podTemplates } from '../../src/danger/pod-templates.js'
import { custom, pod, safeSpec, spec } from './support/manifests.js'
import { type Case, checksOf, dangers, pathsOf } from './support/verdicts.js'

const of = (apiVersion: string, kind: string, body: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a' },
  ...body,
})
const namespace = (labels: JsonValue, more: JsonObject = {}) =>
  of('v1', 'Namespace', { metadata: { name: 'shop', labels }, ...more })
const level = (value: JsonValue) => namespace({ 'pod-security.kubernetes.io/enforce': value, app: 'shop' })
const weakened = ['control-plane/podSecurityLabels']
const deployment = (replicas?: JsonValue): JsonObject =>
  of('apps/v1', 'Deployment', { spec: { ...(replicas !== undefined && { replicas }), template: { spec: safeSpec } } })
const scale = (spec: JsonValue) => of('autoscaling/v1', 'Scale', { spec })
const volume = (spec: JsonObject) => of('v1', 'PersistentVolume', { spec })
const finalizers = (...all: readonly string[]) => custom({ metadata: { name: 'w', finalizers: all } })
const lease = (metadata: JsonObject) => of('coordination.k8s.io/v1', 'Lease', { metadata })

const cases: readonly Case[] = [
  ...(
    [
      ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'admission'],
      ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'admission'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'admission'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'admission'],
      ['admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicy', 'admission'],
      ['apiregistration.k8s.io/v1', 'APIService', 'apiService'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customResourceDefinition'],
      ['scheduling.k8s.io/v1', 'PriorityClass', 'priorityClass'],
      ['node.k8s.io/v1', 'RuntimeClass', 'runtimeClass'],
      ['certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificate'],
      ['authentication.k8s.io/v1', 'TokenReview', 'tokenReview'],
      ['policy/v1beta1', 'PodSecurityPolicy', 'podSecurityPolicy'],
      ['flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowControl'],
      ['v1', 'Node', 'node'],
      ['v1', 'Binding', 'podBinding'],
    ] as const
  ).map(([apiVersion, kind, check]) => ({
    name: `a ${kind} steers the control plane`,
    object: of(apiVersion, kind),
    finds: [`control-plane/${check}`],
  })),
  { name: 'asking who one is', object: of('authentication.k8s.io/v1', 'SelfSubjectReview'), finds: [] },
  { name: 'a kind of the same name in another group', object: of('longhorn.io/v1', 'Node'), finds: [] },
  { name: 'a lease of the system', object: lease({ namespace: 'kube-system' }), finds: ['control-plane/systemLease'] },
  { name: 'a lease of a node', object: lease({ namespace: 'kube-node-lease' }), finds: ['control-plane/systemLease'] },
  { name: 'a lease of nobody knows where', object: lease({}), finds: ['control-plane/systemLease'] },
  { name: 'a lease of a shop', object: lease({ namespace: 'shop' }), finds: [] },
  { name: 'a volume of files of a node', object: volume({ hostPath: { path: '/' } }), finds: ['escalate/hostVolume'] },
  { name: 'a local volume', object: volume({ local: { path: '/' } }), finds: ['escalate/hostVolume'] },
  { name: 'a volume of a driver', object: volume({ csi: { driver: 'd' } }), finds: [] },
  { name: 'a secret', object: of('v1', 'Secret', { type: 'Opaque', data: { a: 'aHVudGVyMg==' } }), finds: [] },
  {
    name: 'a secret that becomes a token',
    object: of('v1', 'Secret', { type: 'kubernetes.io/service-account-token' }),
    finds: ['escalate/tokenSecret'],
  },
  {
    name: 'a token that nodes join with',
    object: of('v1', 'Secret', { type: 'bootstrap.kubernetes.io/token' }),
    finds: ['escalate/bootstrapToken'],
  },
  {
    name: 'an account',
    object: of('v1', 'ServiceAccount', { automountServiceAccountToken: true, secrets: [{ name: 's' }] }),
    finds: [],
  },
  {
    name: 'an account of the cloud',
    object: of('v1', 'ServiceAccount', { metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn' } } }),
    finds: ['escalate/cloudIdentity'],
  },
  {
    name: 'a map',
    object: of('v1', 'ConfigMap', { data: { privileged: 'yes', hostPath: '/', image: 'a', command: 'b' } }),
    finds: [],
  },
  {
    name: 'a secret of such words',
    object: of('v1', 'Secret', { data: { privileged: 'eWVz', image: 'YQ==', command: 'YQ==' } }),
    finds: [],
  },
  {
    name: 'labels of such words',
    object: custom({
      metadata: { labels: { privileged: 'yes' }, annotations: { hostPath: '/' } },
      spec: { matchLabels: { image: 'a', command: 'b' } },
    }),
    finds: [],
  },
  { name: 'a new namespace', object: namespace({ app: 'shop' }), finds: [] },
  { name: 'a new namespace of privileged pods', object: level('privileged'), finds: weakened },
  { name: 'a new namespace of restricted pods', object: level('restricted'), finds: [] },
  { name: 'a level that nobody knows', object: level('Restricted'), finds: weakened },
  { name: 'a level that is no text', object: level(1), finds: weakened },
  { name: 'a lower level', object: level('baseline'), context: { before: level('restricted') }, finds: weakened },
  { name: 'a higher level', object: level('restricted'), context: { before: level('baseline') }, finds: [] },
  { name: 'the same level', object: level('privileged'), context: { before: level('privileged') }, finds: [] },
  { name: 'a level taken away', object: namespace({}), context: { before: level('baseline') }, finds: weakened },
  { name: 'all labels taken away', object: namespace(null), context: { before: level('baseline') }, finds: weakened },
  {
    name: 'a warning taken away',
    object: namespace({}),
    context: { before: namespace({ 'pod-security.kubernetes.io/warn': 'restricted' }) },
    finds: weakened,
  },
  {
    name: 'an old version of the levels',
    object: namespace({ 'pod-security.kubernetes.io/enforce-version': 'v1.20' }),
    finds: weakened,
  },
  {
    name: 'the newest version of the levels',
    object: namespace({ 'pod-security.kubernetes.io/enforce-version': 'latest' }),
    finds: [],
  },
  {
    name: 'a label of the levels that nobody knows',
    object: namespace({ 'pod-security.kubernetes.io/exempt': 'x' }),
    finds: weakened,
  },
  {
    name: 'labels of something else',
    object: of('v1', 'Pod', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }),
    finds: [],
  },
  {
    name: 'a finalizer taken away',
    object: finalizers('a'),
    context: { before: finalizers('a', 'b') },
    finds: ['destroy/finalizersRemoved'],
  },
  {
    name: 'all finalizers taken away',
    object: custom({}),
    context: { before: finalizers('a') },
    finds: ['destroy/finalizersRemoved'],
  },
  { name: 'a finalizer more', object: finalizers('a', 'b'), context: { before: finalizers('b') }, finds: [] },
  {
    name: 'a finalizer of a namespace taken away',
    object: namespace({}, { spec: { finalizers: [] } }),
    context: { before: namespace({}, { spec: { finalizers: ['kubernetes'] } }) },
    finds: ['destroy/finalizersRemoved'],
  },
  {
    name: 'another owner',
    object: custom({ metadata: { ownerReferences: [{ uid: '2' }] } }),
    context: { before: custom({ metadata: { ownerReferences: [{ uid: '1' }] } }) },
    finds: ['destroy/ownerReferences'],
  },
  {
    name: 'the same owner',
    object: custom({ metadata: { ownerReferences: [{ uid: '1' }] } }),
    context: { before: custom({ metadata: { ownerReferences: [{ uid: '1' }] } }) },
    finds: [],
  },
  {
    name: 'no owner any more',
    object: custom({}),
    context: { before: custom({ metadata: { ownerReferences: [{ uid: '1' }] } }) },
    finds: ['destroy/ownerReferences'],
  },
  { name: 'an owner of a new object', object: custom({ metadata: { ownerReferences: [{ uid: '2' }] } }), finds: [] },
  {
    name: 'no owner, in two ways',
    object: custom({ metadata: { ownerReferences: [] } }),
    context: { before: custom({}) },
    finds: [],
  },
  { name: 'none left', object: deployment(0), context: { before: deployment(3) }, finds: ['destroy/scaledToZero'] },
  {
    name: 'none left of one that was not counted',
    object: deployment(0),
    context: { before: deployment() },
    finds: ['destroy/scaledToZero'],
  },
  { name: 'none as before', object: deployment(0), context: { before: deployment(0) }, finds: [] },
  { name: 'none at first', object: deployment(0), finds: [] },
  { name: 'fewer', object: deployment(1), context: { before: deployment(3) }, finds: [] },
  {
    name: 'none left by scale',
    object: scale({}),
    context: { before: scale({ replicas: 2 }) },
    finds: ['destroy/scaledToZero'],
  },
  {
    name: 'none left by scale without a spec',
    object: scale(null),
    context: { before: scale({ replicas: 2 }) },
    finds: ['destroy/scaledToZero'],
  },
  { name: 'none as before by scale', object: scale({}), context: { before: scale({ replicas: 0 }) }, finds: [] },
  {
    name: 'none left of a custom kind',
    object: custom({ spec: { replicas: 0 } }),
    context: { before: custom({ spec: { replicas: 2 } }) },
    finds: ['destroy/scaledToZero'],
  },
  {
    name: 'a job that is suspended',
    object: of('batch/v1', 'Job', { spec: { suspend: true } }),
    context: { before: of('batch/v1', 'Job', { spec: {} }) },
    finds: ['destroy/suspended'],
  },
  {
    name: 'a job that stays suspended',
    object: of('batch/v1', 'Job', { spec: { suspend: true } }),
    context: { before: of('batch/v1', 'Job', { spec: { suspend: true } }) },
    finds: [],
  },
  { name: 'a job that is made suspended', object: of('batch/v1', 'Job', { spec: { suspend: true } }), finds: [] },
  {
    name: 'data that goes with the claim',
    object: volume({ persistentVolumeReclaimPolicy: 'Delete' }),
    context: { before: volume({ persistentVolumeReclaimPolicy: 'Retain' }) },
    finds: ['destroy/reclaimPolicy'],
  },
  {
    name: 'data that is wiped',
    object: volume({ persistentVolumeReclaimPolicy: 'Recycle' }),
    finds: ['destroy/reclaimPolicy'],
  },
  {
    name: 'data that goes as before',
    object: volume({ persistentVolumeReclaimPolicy: 'Delete' }),
    context: { before: volume({ persistentVolumeReclaimPolicy: 'Delete' }) },
    finds: [],
  },
  { name: 'data that is kept', object: volume({ persistentVolumeReclaimPolicy: 'Retain' }), finds: [] },
  {
    name: 'nobody knows how it was',
    object: custom({}),
    context: { before: 'unknown' },
    finds: ['destroy/beforeUnknown'],
  },
]

describe('objects', () => {
  it.each(cases)('$name', ({ object, finds, context }) => {
    expect(checksOf(dangers(object, context).findings)).toEqual(finds.toSorted())
  })

  it('are known by the resource that was asked for when they do not say it', () => {
    const kind = { group: '', kind: 'Secret' }
    const found = dangers({ type: 'kubernetes.io/service-account-token' }, { kind })
    expect(checksOf(found.findings)).toEqual(['escalate/tokenSecret'])
  })

  it('are compared with what was, by that kind too', () => {
    const kind = { group: '', kind: 'Pod' }
    const before = { spec: spec({ nodeName: 'n' }) }
    expect(dangers(before, { kind, before }).findings).toEqual([])
  })
})

describe('what is told', () => {
  const canary = 'hunter2-canary'

  it('has no values', () => {
    const object = of('v1', 'Secret', {
      type: 'kubernetes.io/service-account-token',
      data: { a: canary },
      stringData: { b: canary },
    })
    const podObject = pod(
      spec({
        hostPID: canary,
        containers: [
          { name: canary, image: canary, env: [{ name: 'A', value: canary }], securityContext: { privileged: canary } },
        ],
      }),
    )
    for (const one of [object, podObject]) {
      const { findings } = dangers(one, { allowedImages: [] })
      expect(findings.length).toBeGreaterThan(0)
      expect(JSON.stringify(findings)).not.toContain(canary)
    }
  })

  it('shows names of fields in plain letters, and not without end', () => {
    const { findings } = dangers(pod(spec({ ['x\u202e"'.repeat(100)]: true })))
    const [path = ''] = pathsOf(findings, 'unknownField')
    expect(path).toMatch(/^spec\["[ -~]+…$/)
    expect(path).toHaveLength(501)
    expect(path).toContain(String.raw`x\u202e`)
  })

  it('is not without end, and still says the level', () => {
    const containers = Array.from({ length: 500 }, (_, index) => ({ name: `c${String(index)}`, image: 'a' }))
    const found = dangers(pod({ containers }))
    expect(pathsOf(found.findings, 'allowPrivilegeEscalation')).toHaveLength(20)
    expect(found.attributes['podSecurity']).toBe('baseline')
  })

  it('cannot be changed', () => {
    const found = dangers(pod(spec({ hostPID: true, serviceAccountName: 'a' })))
    expect(
      [found, found.findings, found.findings[0], found.attributes, found.attributes['serviceAccounts']].every((part) =>
        Object.isFrozen(part),
      ),
    ).toBe(true)
  })
})

describe('what is refused', () => {
  const deep = (levels: number): JsonValue => {
    let value: JsonValue = 1
    for (let at = 0; at < levels; at += 1) value = at % 2 === 0 ? { a: value } : [value]
    return value
  }
  const listOf = (levels: number): JsonObject => {
    let value: JsonObject = pod()
    for (let at = 0; at < levels; at += 1) value = { apiVersion: 'v1', kind: 'List', items: [value] }
    return value
  }

  it.each<[string, JsonObject]>([
    ['an object without a kind', { metadata: {} }],
    ['an object with half a kind', { kind: 'Pod' }],
    ['a kind that is no text', { apiVersion: 'v1', kind: 1 }],
    ['a version with too many parts', { apiVersion: 'a/b/c', kind: 'Pod' }],
    ['a member without a kind', { apiVersion: 'v1', kind: 'List', items: [{}] }],
    ['a member that is no object', { apiVersion: 'v1', kind: 'PodList', items: ['a'] }],
    ['lists in lists in lists', listOf(12)],
    ['depths', custom({ spec: deep(300) })],
    ['long names in each other', custom({ spec: { ['a'.repeat(1500)]: { ['b'.repeat(1500)]: {} } } })],
    ['an abyss', custom({ spec: deep(100_000) })],
    ['depths beside a pod', { ...pod(), beside: deep(300) }],
  ])('%s', (_, object) => {
    expect(dangersOfObject(object, { before: 'new' })).toEqual({ refused: expect.any(String) })
    expect(podTemplates(object)).toEqual({ refused: expect.any(String) })
  })

  it('more than can be looked through', () => {
    const many = custom({ spec: { rows: Array.from({ length: 1_000_001 }, () => []) } })
    expect(podTemplates(many)).toEqual({ refused: 'the object is too large to be looked through' })
  })

  it.each([
    ['containers', pod({ containers: Array.from({ length: 5001 }, () => ({ image: 'a' })) })],
    ['volumes', pod({ volumes: Array.from({ length: 5001 }, () => ({ name: 'a' })) })],
    ['contexts', custom({ spec: { a: Array.from({ length: 2501 }, () => ({ privileged: true })) } })],
  ])('too many %s', (_, object) => {
    expect(podTemplates(object)).toEqual({ refused: 'the object has more parts of pods than can be looked through' })
  })

  it('not what was before, however deep', () => {
    const before = custom({
      metadata: { ownerReferences: [deep(100_000)], finalizers: deep(100_000) },
      spec: deep(100_000),
    })
    expect(checksOf(dangers(custom({}), { before }).findings)).toEqual([
      'destroy/finalizersRemoved',
      'destroy/ownerReferences',
    ])
  })

  it('nothing that is merely deep or large', () => {
    expect(dangersOfObject(custom({ spec: deep(150) }), { before: 'new' })).toHaveProperty('findings')
    expect(dangersOfObject(listOf(8), { before: 'new' })).toHaveProperty('findings')
    const wide = custom({ spec: { rows: Array.from({ length: 100_000 }, () => ({ a: [1] })) } })
    expect(dangersOfObject(wide, { before: 'new' })).toHaveProperty('findings')
  })
})

describe('templates', () => {
  it('hide nothing behind another with a name that begins alike', () => {
    const long = 'a'.repeat(600)
    const found = dangers(custom({ [`${long}1`]: { spec: safeSpec }, [`${long}2`]: { spec: spec({ hostPID: true }) } }))
    expect(checksOf(found.findings)).toEqual(['baseline/hostNamespaces'])
  })

  it('at the top of an object are found', () => {
    const found = dangers(custom({ securityContext: { privileged: true }, steps: [{ privileged: true }] }))
    expect(pathsOf(found.findings, 'privileged')).toEqual(['securityContext.privileged', 'steps[0].privileged'])
  })

  it('that are the same object in two places are two', () => {
    const context = { privileged: true }
    const found = dangers(custom({ one: { context }, two: { context } }))
    expect(pathsOf(found.findings, 'privileged')).toEqual(['one.context.privileged', 'two.context.privileged'])
  })

  it('are found with where they are', () => {
    const found = podTemplates(custom({ spec: { a: [{ template: { metadata: {}, spec: safeSpec } }], job: pod() } }))
    expect('templates' in found && found.templates.map(({ place, spot }) => `${place} ${spot.path}`)).toEqual([
      'found spec.a[0].template.spec',
      'kind spec.job.spec',
    ])
  })
})
