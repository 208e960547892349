import type { JsonObject } from '../../../src/json.js'

/** A field that breaks a level, by where it goes. */
export interface Violation {
  readonly name: string
  readonly where: 'pod' | 'pod context' | 'container' | 'context' | 'metadata'
  readonly fields: JsonObject
  readonly finds: readonly string[]
}

const violation = (
  where: Violation['where'],
  name: string,
  fields: JsonObject,
  ...finds: readonly string[]
): Violation => ({ where, name, fields, finds })

const probe = (handler: JsonObject) => ({ httpGet: { port: 80 }, ...handler })
const restrictedVolumes = 'restricted/restrictedVolumes'

/** One for each thing that the levels forbid; what is found is exact. */
export const violations: readonly Violation[] = [
  violation('pod', 'the network of the host', { hostNetwork: true }, 'baseline/hostNamespaces'),
  violation('pod', 'the processes of the host', { hostPID: true }, 'baseline/hostNamespaces'),
  violation('pod', 'the IPC of the host', { hostIPC: true }, 'baseline/hostNamespaces'),
  violation(
    'pod',
    'a directory of the host',
    { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    'baseline/hostPathVolumes',
    restrictedVolumes,
  ),
  violation(
    'pod',
    'an empty host path',
    { volumes: [{ name: 'v', hostPath: {} }] },
    'baseline/hostPathVolumes',
    restrictedVolumes,
  ),
  violation('pod', 'an NFS volume', { volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] }, restrictedVolumes),
  violation('pod', 'a git volume', { volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] }, restrictedVolumes),
  violation('pod', 'a volume without a type', { volumes: [{ name: 'v' }] }, restrictedVolumes),
  violation('pod', 'a volume with two types', { volumes: [{ name: 'v', emptyDir: {}, iscsi: {} }] }, restrictedVolumes),
  violation('pod context', 'an unconfined pod', { seccompProfile: { type: 'Unconfined' } }, ...unconfined()),
  violation('pod context', 'a profile without a type', { seccompProfile: {} }, ...unconfined()),
  violation(
    'pod context',
    'AppArmor off in the pod',
    { appArmorProfile: { type: 'Unconfined' } },
    'baseline/appArmorProfile',
  ),
  violation(
    'pod context',
    'an SELinux type of the pod',
    { seLinuxOptions: { type: 'spc_t' } },
    'baseline/seLinuxOptions',
  ),
  violation('pod context', 'an SELinux user', { seLinuxOptions: { user: 'u' } }, 'baseline/seLinuxOptions'),
  violation('pod context', 'an SELinux role', { seLinuxOptions: { role: 'r' } }, 'baseline/seLinuxOptions'),
  violation('pod context', 'a sysctl', { sysctls: [{ name: 'kernel.msgmax', value: '1' }] }, 'baseline/sysctls'),
  violation(
    'pod context',
    'a sysctl with slashes',
    { sysctls: [{ name: 'net/core/somaxconn', value: '1' }] },
    'baseline/sysctls',
  ),
  violation('pod context', 'a sysctl without a name', { sysctls: [{ value: '1' }] }, 'baseline/sysctls'),
  violation(
    'pod context',
    'a pod in a process of the Windows host',
    { windowsOptions: { hostProcess: true } },
    'baseline/windowsHostProcess',
  ),
  violation('pod context', 'root by number in the pod', { runAsUser: 0 }, 'restricted/runAsUser'),
  violation('pod context', 'root allowed in the pod', { runAsNonRoot: false }, 'restricted/runAsNonRoot'),
  violation('context', 'privileged', { privileged: true }, 'baseline/privileged'),
  violation('context', 'an unmasked /proc', { procMount: 'Unmasked' }, 'baseline/procMount'),
  violation(
    'context',
    'a capability',
    { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } },
    'baseline/capabilities_baseline',
    'restricted/capabilities_restricted',
  ),
  violation(
    'context',
    'NET_RAW',
    { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } },
    'baseline/capabilities_baseline',
    'restricted/capabilities_restricted',
  ),
  violation(
    'context',
    'a capability with its prefix',
    { capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } },
    'baseline/capabilities_baseline',
    'restricted/capabilities_restricted',
  ),
  violation(
    'context',
    'all capabilities in small letters',
    { capabilities: { drop: ['ALL'], add: ['all'] } },
    'baseline/capabilities_baseline',
    'restricted/capabilities_restricted',
  ),
  violation(
    'context',
    'a default capability',
    { capabilities: { drop: ['ALL'], add: ['CHOWN'] } },
    'restricted/capabilities_restricted',
  ),
  violation(
    'context',
    'capabilities that are kept',
    { capabilities: { drop: ['NET_RAW'] } },
    'restricted/capabilities_restricted',
  ),
  violation('context', 'capabilities not mentioned', { capabilities: null }, 'restricted/capabilities_restricted'),
  violation('context', 'an unconfined container', { seccompProfile: { type: 'Unconfined' } }, ...unconfined()),
  violation('context', 'a profile that is no word', { seccompProfile: { type: 'runtimedefault' } }, ...unconfined()),
  violation('context', 'AppArmor off', { appArmorProfile: { type: 'Unconfined' } }, 'baseline/appArmorProfile'),
  violation('context', 'an SELinux type', { seLinuxOptions: { type: 'unconfined_t' } }, 'baseline/seLinuxOptions'),
  violation(
    'context',
    'a process of the Windows host',
    { windowsOptions: { hostProcess: true } },
    'baseline/windowsHostProcess',
  ),
  violation(
    'context',
    'privileges that grow',
    { allowPrivilegeEscalation: true },
    'restricted/allowPrivilegeEscalation',
  ),
  violation(
    'context',
    'privileges that may grow',
    { allowPrivilegeEscalation: null },
    'restricted/allowPrivilegeEscalation',
  ),
  violation('context', 'root by number', { runAsUser: 0 }, 'restricted/runAsUser'),
  violation('context', 'root allowed', { runAsNonRoot: false }, 'restricted/runAsNonRoot'),
  violation('container', 'a port of the host', { ports: [{ containerPort: 80, hostPort: 80 }] }, 'baseline/hostPorts'),
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((field) => [
    violation(
      'container',
      `the host of a ${field} over HTTP`,
      { [field]: probe({ httpGet: { port: 80, host: '169.254.169.254' } }) },
      'baseline/hostProbesAndHostLifecycle',
    ),
    violation(
      'container',
      `the host of a ${field} over TCP`,
      { [field]: { tcpSocket: { port: 80, host: '10.0.0.1' } } },
      'baseline/hostProbesAndHostLifecycle',
    ),
  ]),
  ...['postStart', 'preStop'].map((field) =>
    violation(
      'container',
      `the host of a ${field} handler`,
      { lifecycle: { [field]: { httpGet: { port: 80, host: 'node' } } } },
      'baseline/hostProbesAndHostLifecycle',
    ),
  ),
  violation(
    'metadata',
    'AppArmor off by annotation',
    { annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' } },
    'baseline/appArmorProfile',
  ),
  violation(
    'metadata',
    'seccomp off by annotation of the pod',
    { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' } },
    'baseline/seccompProfile_baseline',
  ),
  violation(
    'metadata',
    'seccomp off by annotation of a container',
    { annotations: { 'container.seccomp.security.alpha.kubernetes.io/app': 'unconfined' } },
    'baseline/seccompProfile_baseline',
  ),
]

function unconfined(): readonly string[] {
  return ['baseline/seccompProfile_baseline', 'restricted/seccompProfile_restricted']
}
