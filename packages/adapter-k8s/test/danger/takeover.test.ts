import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/json.js'
import { readImage } from '../../src/danger/takeover/image.js'
import { container, custom, image, pod, podOf, safeSpec, spec } from './support/manifests.js'
import { type Case, checksOf, dangers, pathsOf } from './support/verdicts.js'

const own = (...sources: readonly JsonObject[]): JsonObject => ({
  name: 'kube-api-access-x2b4c',
  projected: { defaultMode: 420, sources },
})
const ownSources: readonly JsonObject[] = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [] } },
  { downwardAPI: { items: [] } },
]
const volumes = (...all: readonly JsonObject[]) => pod(spec({ volumes: all }))
const allowed = { allowedImages: ['registry.example.com/team'] }
const from = (name: string) => podOf({ image: name })

const cases: readonly Case[] = [
  { name: 'a named account', object: pod(spec({ serviceAccountName: 'admin' })), finds: ['takeover/serviceAccount'] },
  {
    name: 'the account by its old name',
    object: pod(spec({ serviceAccount: 'admin' })),
    finds: ['takeover/serviceAccount'],
  },
  { name: 'the default account', object: pod(spec({ serviceAccountName: 'default', serviceAccount: '' })), finds: [] },
  {
    name: 'an account as before',
    object: pod(spec({ serviceAccountName: 'web' })),
    context: { before: pod(spec({ serviceAccountName: 'web' })) },
    finds: [],
  },
  {
    name: 'an account other than before',
    object: pod(spec({ serviceAccountName: 'admin' })),
    context: { before: pod(spec({ serviceAccountName: 'web' })) },
    finds: ['takeover/serviceAccount'],
  },
  {
    name: 'an account, and nobody knows which before',
    object: pod(spec({ serviceAccountName: 'web' })),
    context: { before: 'unknown' },
    finds: ['destroy/beforeUnknown', 'takeover/serviceAccount'],
  },
  {
    name: 'a token that is asked for',
    object: pod(spec({ automountServiceAccountToken: true })),
    finds: ['takeover/automountToken'],
  },
  { name: 'a token that is refused', object: pod(spec({ automountServiceAccountToken: false })), finds: [] },
  {
    name: 'a volume of a secret',
    object: volumes({ name: 'v', secret: { secretName: 's' } }),
    finds: ['takeover/secretVolume'],
  },
  {
    name: 'a projected secret',
    object: volumes({ name: 'v', projected: { sources: [{ secret: { name: 's' } }] } }),
    finds: ['takeover/secretVolume'],
  },
  {
    name: 'a secret of a driver',
    object: volumes({ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } }),
    finds: ['takeover/secretVolume'],
  },
  ...(
    [
      ['azureFile', 'secretName'],
      ['flexVolume', 'secretRef'],
    ] as const
  ).map(([type, field]) => ({
    name: `the ${field} of a volume of ${type}`,
    object: volumes({ name: 'v', [type]: { [field]: 's' } }),
    finds: ['restricted/restrictedVolumes', 'takeover/secretVolume'],
  })),
  { name: 'the token that every pod has', object: volumes(own(...ownSources)), finds: [] },
  {
    name: 'a token in a volume of another name',
    object: volumes({ name: 'v', projected: { sources: ownSources } }),
    finds: ['takeover/tokenVolume'],
  },
  {
    name: 'a token for others under the name of the own',
    object: volumes(own({ serviceAccountToken: { audience: 'vault', path: 'token' } })),
    finds: ['takeover/tokenVolume'],
  },
  {
    name: 'a token that is a text under the name of the own',
    object: volumes(own({ serviceAccountToken: 'token' })),
    finds: ['takeover/tokenVolume'],
  },
  {
    name: 'two tokens under the name of the own',
    object: volumes(own(ownSources[0]!, ownSources[0]!)),
    finds: ['takeover/tokenVolume'],
  },
  {
    name: 'a secret under the name of the own token',
    object: volumes(own(...ownSources, { secret: { name: 's' } })),
    finds: ['takeover/secretVolume', 'takeover/tokenVolume'],
  },
  {
    name: 'a certificate of the pod',
    object: volumes({ name: 'v', projected: { sources: [{ podCertificate: { signerName: 'x' } }] } }),
    finds: ['takeover/tokenVolume'],
  },
  {
    name: 'a secret in a variable',
    object: podOf({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    finds: ['takeover/secretEnv'],
  },
  {
    name: 'a secret in all variables',
    object: podOf({ envFrom: [{ secretRef: { name: 's' } }] }),
    finds: ['takeover/secretEnv'],
  },
  {
    name: 'a map in variables',
    object: podOf({ envFrom: [{ configMapRef: { name: 'c' } }], env: [{ name: 'A', value: 'b' }] }),
    finds: [],
  },
  { name: 'a node', object: pod(spec({ nodeName: 'n1' })), finds: ['takeover/nodeName'] },
  {
    name: 'a node as before',
    object: pod(spec({ nodeName: 'n1' })),
    context: { before: pod(spec({ nodeName: 'n1' })) },
    finds: [],
  },
  {
    name: 'a node other than before',
    object: pod(spec({ nodeName: 'n2' })),
    context: { before: pod(spec({ nodeName: 'n1' })) },
    finds: ['takeover/nodeName'],
  },
  { name: 'the users of the host', object: pod(spec({ hostUsers: true })), finds: ['takeover/hostUsers'] },
  {
    name: 'the control plane',
    object: pod(spec({ tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] })),
    finds: ['takeover/controlPlaneToleration'],
  },
  {
    name: 'the control plane by its old name',
    object: pod(spec({ tolerations: [{ key: 'node-role.kubernetes.io/master' }] })),
    finds: ['takeover/controlPlaneToleration'],
  },
  {
    name: 'every taint',
    object: pod(spec({ tolerations: [{ operator: 'Exists' }] })),
    finds: ['takeover/controlPlaneToleration'],
  },
  { name: 'another taint', object: pod(spec({ tolerations: [{ key: 'gpu', operator: 'Exists' }] })), finds: [] },
  {
    name: 'a priority of the system',
    object: pod(spec({ priorityClassName: 'system-node-critical' })),
    finds: ['takeover/systemPriority'],
  },
  { name: 'a number as high', object: pod(spec({ priority: 2_000_000_000 })), finds: ['takeover/systemPriority'] },
  { name: 'another priority', object: pod(spec({ priorityClassName: 'high', priority: 1000 })), finds: [] },
  { name: 'an image from where it may be', object: from(image), context: allowed, finds: [] },
  { name: 'an image from elsewhere', object: from('nginx'), context: allowed, finds: ['takeover/imageRegistry'] },
  {
    name: 'an image beside where it may be',
    object: from('registry.example.com/team-b/app'),
    context: allowed,
    finds: ['takeover/imageRegistry'],
  },
  {
    name: 'an image of a registry with a longer name',
    object: from('registry.example.com.evil.example/team/app'),
    context: allowed,
    finds: ['takeover/imageRegistry'],
  },
  {
    name: 'an image of a user named like the registry',
    object: from('evil.example/registry.example.com/team/app'),
    context: allowed,
    finds: ['takeover/imageRegistry'],
  },
  {
    name: 'an image with dots for folders',
    object: from('registry.example.com/team/../evil/app'),
    context: allowed,
    finds: ['takeover/imageRegistry'],
  },
  {
    name: 'an image at another port',
    object: from('registry.example.com:444/team/app'),
    context: allowed,
    finds: ['takeover/imageRegistry'],
  },
  {
    name: 'an image that is no text',
    object: podOf({ image: 1 }),
    context: allowed,
    finds: ['baseline/malformed', 'takeover/imageRegistry'],
  },
  { name: 'no image', object: podOf({ image: null }), context: allowed, finds: ['takeover/imageRegistry'] },
  {
    name: 'an image in a volume',
    object: volumes({ name: 'v', image: { reference: 'evil.example/a' } }),
    context: allowed,
    finds: ['restricted/restrictedVolumes', 'takeover/imageRegistry'],
  },
  {
    name: 'an image in a custom kind',
    object: custom({ spec: { containers: [container({ image: 'nginx' })] } }),
    context: allowed,
    finds: ['restricted/runAsNonRoot', 'restricted/seccompProfile_restricted', 'takeover/imageRegistry'],
  },
]

describe('takeovers', () => {
  it.each(cases)('$name', ({ object, finds, context }) => {
    expect(checksOf(dangers(object, context).findings)).toEqual(finds.toSorted())
  })

  it('say where', () => {
    const found = dangers(pod(spec({ initContainers: [container({ envFrom: [{}, { secretRef: { name: 's' } }] })] })))
    expect(pathsOf(found.findings, 'secretEnv')).toEqual(['spec.initContainers[0].envFrom[1].secretRef'])
  })
})

describe('attributes', () => {
  it('tell what is worth knowing of a pod', () => {
    const object = pod(
      spec({
        serviceAccountName: 'web',
        hostUsers: false,
        shareProcessNamespace: true,
        imagePullSecrets: [{ name: 's' }],
        nodeName: 'n1',
        nodeSelector: { a: 'b' },
        affinity: { nodeAffinity: {} },
        schedulerName: 'mine',
        tolerations: [{ key: 'gpu' }],
        volumes: [{ name: 'a', emptyDir: {} }, own(...ownSources)],
        containers: [
          container({
            volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'b', mountPropagation: 'Bidirectional' }],
          }),
          container({ image: 'nginx:1' }),
        ],
      }),
    )
    expect(dangers(object).attributes).toEqual({
      podSecurity: 'restricted',
      serviceAccounts: ['web'],
      userNamespace: true,
      shareProcessNamespace: true,
      imagePullSecrets: true,
      placement: ['nodeAffinity', 'nodeName', 'nodeSelector', 'schedulerName', 'tolerations'],
      volumeTypes: ['emptyDir', 'projected'],
      tokenMounted: true,
      subPath: true,
      mountPropagation: true,
      registries: ['docker.io', 'registry.example.com'],
      unpinnedImage: true,
    })
  })

  it('say no more than is there', () => {
    expect(dangers(pod()).attributes).toEqual({ podSecurity: 'restricted', registries: ['registry.example.com'] })
    expect(dangers(pod(spec({ schedulerName: 'default-scheduler' }))).attributes).not.toHaveProperty('placement')
    expect(dangers(custom({ spec: { replicas: 1 } })).attributes).toEqual({})
  })

  it('tell of pods in kinds that are not known', () => {
    expect(dangers(custom({ spec: safeSpec })).attributes['podsOfUnknownKind']).toBe(true)
  })

  it('name a subpath with variables', () => {
    const object = podOf({
      volumeMounts: [{ name: 'a', mountPath: '/a', subPathExpr: '$(A)', mountPropagation: 'None' }],
    })
    expect(dangers(object).attributes).toMatchObject({ subPath: true })
    expect(dangers(object).attributes).not.toHaveProperty('mountPropagation')
  })
})

describe('names of images', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx', false],
    ['nginx:1.27', 'docker.io/library/nginx', false],
    ['user/app', 'docker.io/user/app', false],
    ['index.docker.io/user/app', 'docker.io/user/app', false],
    ['localhost/app', 'localhost/app', false],
    ['localhost:5000/app:v1', 'localhost:5000/app', false],
    ['registry:5000/a/b', 'registry:5000/a/b', false],
    ['GHCR.io/a/b', 'ghcr.io/a/b', false],
    [image, 'registry.example.com/team/app', true],
    [`nginx:1@sha256:${'b'.repeat(64)}`, 'docker.io/library/nginx', true],
  ])('%s is %s', (text, repository, isPinned) => {
    expect(readImage(text)).toMatchObject({ repository, isPinned })
  })

  it.each([
    '',
    ' nginx',
    'Nginx',
    'a//b',
    'a/../b',
    'nginx:',
    'nginx@sha256:1',
    'a@b@c',
    `a@sha256:${'b'.repeat(64)}@c`,
    'https://a/b',
    'a/b:c/d e',
    '.',
    'a\nb',
    `a/${'b'.repeat(5000)}`,
  ])('%j is no name', (text) => {
    expect(readImage(text)).toBeUndefined()
  })
})
