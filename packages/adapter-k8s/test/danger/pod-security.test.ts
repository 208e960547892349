import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/json.js'
import {
  container,
  custom,
  pod,
  podMakers,
  podOf,
  safeContainer,
  safeContext,
  safeSpec,
  spec,
} from './support/manifests.js'
import { type Violation, violations } from './support/pod-violations.js'
import { type Case, checksOf, dangers, pathsOf } from './support/verdicts.js'

function broken(by: Violation, list = 'containers'): { readonly podSpec: JsonObject; readonly metadata: JsonObject } {
  const added = (one: JsonObject) =>
    list === 'containers' ? spec({ containers: [one] }) : spec({ [list]: [one], containers: [safeContainer] })
  switch (by.where) {
    case 'pod':
      return { podSpec: spec(by.fields), metadata: {} }
    case 'pod context':
      return { podSpec: spec({}, by.fields), metadata: {} }
    case 'container':
      return { podSpec: added(container(by.fields)), metadata: {} }
    case 'context':
      return { podSpec: added(container({}, by.fields)), metadata: {} }
    case 'metadata':
      return { podSpec: safeSpec, metadata: by.fields }
  }
}

function levelOf(finds: readonly string[]): string {
  if (finds.some((find) => find.startsWith('baseline/'))) return 'privileged'
  return finds.some((find) => find.startsWith('restricted/')) ? 'baseline' : 'restricted'
}

describe.each(podMakers)('pods of $kind', (maker) => {
  it('keep every level when nothing breaks one', () => {
    const found = dangers(maker.of(safeSpec))
    expect(found.findings).toEqual([])
    expect(found.attributes['podSecurity']).toBe('restricted')
  })

  it.each(violations)('break a level by $name', (violation) => {
    const { podSpec, metadata } = broken(violation)
    const found = dangers(maker.of(podSpec, metadata))
    expect(checksOf(found.findings)).toEqual(violation.finds.toSorted())
    expect(found.attributes['podSecurity']).toBe(levelOf(violation.finds))
    const start = violation.where === 'metadata' ? maker.path.replace(/spec$/, 'metadata') : maker.path
    for (const { path } of found.findings) expect(path.startsWith(`${start}.`)).toBe(true)
  })

  it('are still judged when the spec is no object', () => {
    const found = dangers(maker.of('hostPID: true'))
    expect(checksOf(found.findings)).toEqual(['baseline/malformed'])
    expect(pathsOf(found.findings, 'malformed')).toEqual([maker.path])
    expect(found.attributes['podSecurity']).toBe('privileged')
  })
})

describe.each(['initContainers', 'ephemeralContainers'])('members of %s', (list) => {
  it.each(violations.filter(({ where }) => where === 'container' || where === 'context'))(
    'break a level by $name',
    (violation) => {
      const found = dangers(pod(broken(violation, list).podSpec))
      expect(checksOf(found.findings)).toEqual(violation.finds.toSorted())
      for (const { path } of found.findings) expect(path.startsWith(`spec.${list}[0].`)).toBe(true)
    },
  )
})

const plain = { name: 'app', image: 'nginx' }
/** What is said of every part of a pod that stands alone and says nothing of itself. */
const loose = [
  'restricted/allowPrivilegeEscalation',
  'restricted/capabilities_restricted',
  'restricted/partOfPod',
  'restricted/runAsNonRoot',
  'restricted/seccompProfile_restricted',
]
const cases: readonly Case[] = [
  {
    name: 'a plain pod keeps the baseline only',
    object: pod({ containers: [plain] }),
    finds: [
      'restricted/allowPrivilegeEscalation',
      'restricted/capabilities_restricted',
      'restricted/runAsNonRoot',
      'restricted/seccompProfile_restricted',
    ],
    podSecurity: 'baseline',
  },
  {
    name: 'containers may say what the pod does not',
    object: pod({
      containers: [container({}, { runAsNonRoot: true, seccompProfile: { type: 'Localhost', localhostProfile: 'p' } })],
    }),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'one of two containers says nothing',
    object: pod({
      containers: [container({}, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }), container()],
    }),
    finds: ['restricted/runAsNonRoot', 'restricted/seccompProfile_restricted'],
    podSecurity: 'baseline',
  },
  {
    name: 'the pod allows root, though its containers do not',
    object: pod(spec({ containers: [container({}, { runAsNonRoot: true })] }, { runAsNonRoot: false })),
    finds: ['restricted/runAsNonRoot'],
    podSecurity: 'baseline',
  },
  {
    name: 'the pod is unconfined, though its containers are not',
    object: pod(
      spec(
        { containers: [container({}, { seccompProfile: { type: 'RuntimeDefault' } })] },
        { seccompProfile: { type: 'Unconfined' } },
      ),
    ),
    finds: ['baseline/seccompProfile_baseline', 'restricted/seccompProfile_restricted'],
    podSecurity: 'privileged',
  },
  {
    name: 'what is allowed is allowed',
    object: pod(
      spec(
        {
          hostNetwork: false,
          hostPID: null,
          volumes: [
            ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim'].map((type) => ({
              name: type.toLowerCase(),
              [type]: {},
            })),
            { name: 'projected', projected: { sources: [{ configMap: { name: 'c' } }] } },
          ],
          containers: [
            container(
              {
                ports: [{ containerPort: 80, hostPort: 0 }, { containerPort: 81 }],
                livenessProbe: { httpGet: { port: 80, host: '' } },
                lifecycle: { preStop: { exec: { command: ['true'] } } },
              },
              {
                privileged: false,
                procMount: 'Default',
                capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
                seLinuxOptions: { type: 'container_t', level: 's0:c1', user: '', role: '' },
                appArmorProfile: { type: 'Localhost', localhostProfile: 'p' },
                windowsOptions: { hostProcess: false },
              },
            ),
          ],
        },
        {
          runAsUser: 1000,
          sysctls: [
            { name: 'net.ipv4.tcp_syncookies', value: '1' },
            { name: 'net.ipv4.tcp_rmem', value: '1' },
          ],
          appArmorProfile: { type: 'RuntimeDefault' },
        },
      ),
      {
        annotations: {
          'container.apparmor.security.beta.kubernetes.io/app': 'localhost/p',
          'container.apparmor.security.beta.kubernetes.io/b': 'runtime/default',
          'seccomp.security.alpha.kubernetes.io/pod': 'docker/default',
          other: 'unconfined',
        },
      },
    ),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'pods of Windows need not drop what they have not',
    object: pod({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true }, containers: [plain] }),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'pods of Windows are let off nothing else',
    object: pod({ os: { name: 'windows' }, hostNetwork: true, containers: [plain] }),
    finds: ['baseline/hostNamespaces', 'restricted/runAsNonRoot'],
    podSecurity: 'privileged',
  },
  {
    name: 'a pod in a user namespace is let off nothing',
    object: pod(spec({ hostUsers: false }, { runAsUser: 0 })),
    finds: ['restricted/runAsUser'],
    podSecurity: 'baseline',
  },
  {
    name: 'a context that is null',
    object: podOf({ securityContext: null }),
    finds: ['restricted/allowPrivilegeEscalation', 'restricted/capabilities_restricted'],
    podSecurity: 'baseline',
  },
  {
    name: 'a container that is null',
    object: pod(spec({ containers: [null] })),
    finds: ['restricted/allowPrivilegeEscalation', 'restricted/capabilities_restricted'],
    podSecurity: 'baseline',
  },
  {
    name: 'lists that are null',
    object: pod(spec({ initContainers: null, volumes: null, tolerations: null })),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'containers in one text',
    object: pod(spec({ containers: 'all' })),
    finds: ['baseline/malformed'],
    podSecurity: 'privileged',
  },
  {
    name: 'containers in an object',
    object: pod(spec({ containers: { app: plain } })),
    finds: ['baseline/malformed'],
    podSecurity: 'privileged',
  },
  {
    name: 'a container that is a text',
    object: pod(spec({ containers: ['app', safeContainer] })),
    finds: ['baseline/malformed', 'restricted/allowPrivilegeEscalation', 'restricted/capabilities_restricted'],
    podSecurity: 'privileged',
  },
  {
    name: 'a text instead of a boolean',
    object: podOf({}, { privileged: 'false' }),
    finds: ['baseline/malformed', 'baseline/privileged'],
    podSecurity: 'privileged',
  },
  {
    name: 'a number instead of a boolean',
    object: pod(spec({ hostPID: 0 })),
    finds: ['baseline/hostNamespaces', 'baseline/malformed'],
    podSecurity: 'privileged',
  },
  {
    name: 'a user that is a text',
    object: podOf({}, { runAsUser: '0' }),
    finds: ['baseline/malformed', 'restricted/runAsUser'],
    podSecurity: 'privileged',
  },
  {
    name: 'capabilities that are a text',
    object: podOf({}, { capabilities: { add: 'SYS_ADMIN', drop: ['ALL'] } }),
    finds: ['baseline/malformed'],
    podSecurity: 'privileged',
  },
  {
    name: 'capabilities of numbers',
    object: podOf({}, { capabilities: { add: [1], drop: ['ALL'] } }),
    finds: ['baseline/capabilities_baseline', 'baseline/malformed', 'restricted/capabilities_restricted'],
    podSecurity: 'privileged',
  },
  {
    name: 'a context that is a list',
    object: podOf({ securityContext: [safeContext] }),
    finds: ['baseline/malformed', 'restricted/allowPrivilegeEscalation', 'restricted/capabilities_restricted'],
    podSecurity: 'privileged',
  },
  {
    name: 'volumes that are an object',
    object: pod(spec({ volumes: { hostPath: { path: '/' } } })),
    finds: ['baseline/malformed'],
    podSecurity: 'privileged',
  },
  {
    name: 'a field of the pod that nobody knows',
    object: pod(spec({ hostEverything: true })),
    finds: ['baseline/unknownField'],
    podSecurity: 'privileged',
  },
  {
    name: 'a field of a context that nobody knows',
    object: podOf({}, { ulimits: [] }),
    finds: ['baseline/unknownField'],
    podSecurity: 'privileged',
  },
  {
    name: 'a field in other case',
    object: pod(spec({ HostPID: true })),
    finds: ['baseline/unknownField'],
    podSecurity: 'privileged',
  },
  {
    name: 'a volume of a type that nobody knows',
    object: pod(spec({ volumes: [{ name: 'v', moon: {} }] })),
    finds: ['baseline/unknownField', 'restricted/restrictedVolumes'],
    podSecurity: 'privileged',
  },
  {
    name: 'an annotation that is no text',
    object: pod(safeSpec, { annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 1 } }),
    finds: ['baseline/appArmorProfile'],
    podSecurity: 'privileged',
  },
  {
    name: 'an own key __proto__',
    object: JSON.parse(
      JSON.stringify(pod(spec({ x: 1 }))).replace('"x":1', '"__proto__":{"hostPID":true}'),
    ) as JsonObject,
    finds: ['baseline/unknownField'],
    podSecurity: 'privileged',
  },
  { name: 'a pod without containers', object: pod({}), finds: [], podSecurity: 'restricted' },
  { name: 'a pod without a spec', object: { apiVersion: 'v1', kind: 'Pod' }, finds: [] },
  {
    name: 'a template in a custom kind',
    object: custom({ spec: { template: { spec: spec({ hostPID: true }) } } }),
    finds: ['baseline/hostNamespaces'],
    podSecurity: 'privileged',
  },
  {
    name: 'a safe template in a custom kind',
    object: custom({ spec: { workers: [{ podTemplate: { spec: safeSpec } }] } }),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'annotations beside a template in a custom kind',
    object: custom({
      spec: {
        template: {
          metadata: { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' } },
          spec: safeSpec,
        },
      },
    }),
    finds: ['baseline/seccompProfile_baseline'],
    podSecurity: 'privileged',
  },
  {
    name: 'fields in other case in a custom kind',
    object: custom({ spec: { ...safeSpec, HOSTPID: true } }),
    finds: ['baseline/unknownField'],
    podSecurity: 'privileged',
  },
  {
    name: 'fields of its own in a custom kind',
    object: custom({ spec: { ...safeSpec, retention: '3d' } }),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'containers in other case in a custom kind',
    object: custom({ spec: { Containers: [safeContainer] } }),
    finds: [
      'baseline/unknownField',
      'restricted/partOfPod',
      'restricted/runAsNonRoot',
      'restricted/seccompProfile_restricted',
    ],
    podSecurity: 'privileged',
  },
  {
    name: 'one container in a custom kind',
    object: custom({ spec: { step: { image: 'nginx', securityContext: { privileged: true } } } }),
    finds: ['baseline/privileged', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'a context under another name in a custom kind',
    object: custom({
      spec: {
        containerSecurityContext: {
          ...safeContext,
          runAsNonRoot: true,
          privileged: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    }),
    finds: ['baseline/privileged', 'restricted/partOfPod'],
    podSecurity: 'privileged',
  },
  {
    name: 'the network of the host in a custom kind',
    object: custom({ spec: { network: { hostNetwork: true } } }),
    finds: ['baseline/hostNamespaces', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'a host path in a custom kind',
    object: custom({ spec: { storage: { hostPath: { path: '/' } } } }),
    finds: ['baseline/hostPathVolumes', 'restricted/partOfPod', 'restricted/restrictedVolumes'],
    podSecurity: 'privileged',
  },
  {
    name: 'a pod in a custom kind',
    object: custom({ spec: { manifests: [pod('x')] } }),
    finds: ['baseline/malformed'],
    podSecurity: 'privileged',
  },
  {
    name: 'a kind of another group with a known name',
    object: {
      apiVersion: 'apps.example.com/v1',
      kind: 'Deployment',
      spec: { template: { spec: spec({ hostIPC: true }) } },
    },
    finds: ['baseline/hostNamespaces'],
    podSecurity: 'privileged',
  },
  {
    name: 'a pod that hides in another pod’s label of kind',
    object: custom({
      spec: { apiVersion: 'v1', kind: 'Pod', spec: {}, containers: [container({}, { privileged: true })] },
    }),
    finds: ['baseline/privileged', 'restricted/runAsNonRoot', 'restricted/seccompProfile_restricted'],
    podSecurity: 'privileged',
  },
  {
    name: 'what may be a container and cannot be read as one',
    object: custom({ spec: { image: 'nginx', replicas: 3, ports: ['a'] } }),
    finds: ['baseline/malformed', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'a custom kind with nothing of pods',
    object: custom({ spec: { image: 'nginx', size: 3, containers: ['a', 'b'] } }),
    finds: [],
  },
  {
    name: 'pods in a typed list',
    object: {
      apiVersion: 'v1',
      kind: 'PodList',
      items: [{ metadata: {}, spec: safeSpec }, { spec: spec({ hostPID: true }) }],
    },
    finds: ['baseline/hostNamespaces'],
    podSecurity: 'privileged',
  },
  {
    name: 'pods in a list of lists',
    object: {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'PodList', items: [{ spec: spec({ hostPID: true }) }] }],
    },
    finds: ['baseline/hostNamespaces'],
    podSecurity: 'privileged',
  },
  {
    name: 'what a pod reports of itself is no spec',
    object: {
      ...pod(),
      status: { containerStatuses: [{ name: 'app', image: 'nginx', resources: {}, volumeMounts: [] }] },
    },
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'the status of a custom kind counts',
    object: custom({ status: { securityContext: { privileged: true } } }),
    finds: ['baseline/privileged', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'a definition of a kind makes no pods',
    object: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      spec: { schema: { properties: { hostPID: { type: 'boolean' } } } },
    },
    finds: ['control-plane/customResourceDefinition'],
  },
  {
    name: 'a kind that is named like a list and is none',
    object: { apiVersion: 'example.com/v1', kind: 'AllowList', items: [], spec: spec({ hostPID: true }) },
    finds: ['baseline/hostNamespaces'],
    podSecurity: 'privileged',
  },
  {
    name: 'a context of all containers beside them in a custom kind',
    object: custom({
      spec: spec({}, { privileged: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }),
    }),
    finds: ['baseline/privileged'],
    podSecurity: 'privileged',
  },
  {
    name: 'a container beside further containers in a custom kind',
    object: custom({ spec: { ...safeSpec, image: 'nginx', securityContext: { privileged: true } } }),
    finds: ['baseline/privileged', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'a container without an image beside containers in a custom kind',
    object: custom({ spec: { ...safeSpec, ports: [{ containerPort: 80, hostPort: 80 }] } }),
    finds: [
      'baseline/hostPorts',
      'restricted/allowPrivilegeEscalation',
      'restricted/capabilities_restricted',
      'restricted/partOfPod',
    ],
    podSecurity: 'privileged',
  },
  {
    name: 'capabilities in a custom kind',
    object: custom({ spec: { capabilities: { add: ['SYS_ADMIN'] } } }),
    finds: ['baseline/capabilities_baseline', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'capabilities of another sense in a custom kind',
    object: custom({ spec: { capabilities: { read: true } } }),
    finds: [],
  },
  {
    name: 'a volume list in a custom kind',
    object: custom({ spec: { volumes: [{ name: 'v', nfs: {} }] } }),
    finds: ['restricted/restrictedVolumes', ...loose],
    podSecurity: 'baseline',
  },
  {
    name: 'more than words under the name of labels in a custom kind',
    object: custom({ spec: { labels: { app: 'a', hostPID: true } } }),
    finds: ['baseline/hostNamespaces', ...loose],
    podSecurity: 'privileged',
  },
  {
    name: 'words of users in a pod',
    object: pod(
      spec({
        nodeSelector: { privileged: 'no' },
        volumes: [
          { name: 'v', csi: { driver: 'd', volumeAttributes: { image: 'a', command: 'b', privileged: 'no' } } },
        ],
      }),
      { labels: { privileged: 'no' } },
    ),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'a host path by name only in a custom kind',
    object: custom({ spec: { hostPath: '/etc' } }),
    finds: ['baseline/hostPathVolumes', 'restricted/partOfPod', 'restricted/restrictedVolumes'],
    podSecurity: 'privileged',
  },
  {
    name: 'what objects inherit',
    object: pod(Object.assign(Object.create({ hostPID: true }) as JsonObject, safeSpec)),
    finds: [],
    podSecurity: 'restricted',
  },
  {
    name: 'nulls in a custom kind',
    object: custom({ spec: { hostPID: null, securityContext: null, hostPath: null } }),
    finds: [],
  },
  {
    name: 'an image with resources in a custom kind',
    object: custom({ spec: { image: 'nginx', resources: {} } }),
    finds: loose,
    podSecurity: 'baseline',
  },
  {
    name: 'one field of a context in a custom kind',
    object: custom({ spec: { options: { privileged: true } } }),
    finds: ['baseline/privileged', ...loose],
    podSecurity: 'privileged',
  },
]

describe('levels', () => {
  it.each(cases)('$name', ({ object, finds, podSecurity, context }) => {
    const found = dangers(object, context)
    expect(checksOf(found.findings)).toEqual(finds.toSorted())
    expect(found.attributes['podSecurity']).toBe(podSecurity)
  })
})
