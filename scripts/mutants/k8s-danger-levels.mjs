import { dangerGuards } from './k8s-danger-guard.mjs'

/** The levels of the Pod Security Standards. */
export const podLevelGuards = [
  ...dangerGuards(
    'pod-security/isolation',
    ['pod-security'],
    [
      ['hostNetwork is forbidden', "'hostNetwork', ", ''],
      ['hostPID is forbidden', "'hostPID', ", ''],
      ['hostIPC is forbidden', ", 'hostIPC'", ''],
      [
        'only false shares no namespace',
        "if (!spot.isUnsetOr(false)) forbid('hostNamespaces'",
        "if (spot.value === true) forbid('hostNamespaces'",
      ],
      [
        'host paths are forbidden',
        "    if (hostPath.isSet) forbid('hostPathVolumes', hostPath, 'mounts files of the host')\n",
      ],
      ['privileged is forbidden', 'if (!privileged.isUnsetOr(false))', 'if (!privileged.isUnsetOr(false, true))'],
      ['only false is not privileged', 'if (!privileged.isUnsetOr(false))', 'if (privileged.value === true)'],
      ['/proc stays masked', "!procMount.isUnsetOr('Default')", "!procMount.isUnsetOr('Default', 'Unmasked')"],
      ['host ports are forbidden', 'if (!hostPort.isUnsetOr(0))', 'if (hostPort.value === "")'],
      ['a host port of 0 is none', 'hostPort.isUnsetOr(0)', 'hostPort.isUnsetOr()'],
      [
        'processes of the Windows host are forbidden',
        'if (!hostProcess.isUnsetOr(false))',
        'if (hostProcess.value === "")',
      ],
      [
        'pods are no processes of the Windows host',
        'of [context, ...containers.map((container) => container.context)]',
        'of containers.map((container) => container.context)',
      ],
    ],
  ),
  ...dangerGuards(
    'pod-security/handlers',
    ['pod-security'],
    [
      ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) => [
        `hosts of a ${probe} are forbidden`,
        `  ['${probe}'],\n`,
      ]),
      ...['postStart', 'preStop'].map((handler) => [
        `hosts of a ${handler} handler are forbidden`,
        `  ['lifecycle', '${handler}'],\n`,
      ]),
      ['hosts over HTTP are forbidden', "['httpGet', 'tcpSocket']", "['tcpSocket']"],
      ['hosts over TCP are forbidden', "['httpGet', 'tcpSocket']", "['httpGet']"],
      ['an empty host is none', "host.isUnsetOr('')", 'host.isUnsetOr()'],
    ],
  ),
  ...dangerGuards(
    'pod-security/profiles',
    ['pod-security'],
    [
      [
        'unconfined seccomp is forbidden',
        "    checkProfile('seccompProfile_baseline', owner.at('seccompProfile'), findings)\n",
      ],
      [
        'unconfined AppArmor is forbidden',
        "    checkProfile('appArmorProfile', owner.at('appArmorProfile'), findings)\n",
      ],
      ['SELinux is looked at', "    checkSeLinux(owner.at('seLinuxOptions'), findings)\n"],
      ['profiles have a type', 'profile.isSet && !(type.isSet && type', 'profile.isSet && !(type'],
      [
        'profiles of pods are looked at',
        'of [context, ...containers.map((container) => container.context)]',
        'of containers.map((container) => container.context)',
      ],
      ['SELinux types are known', '  if (!type.isUnsetOr(...seLinuxTypes))', '  if (type.value === 1)'],
      ['SELinux users are not set', "['user', 'role']", "['role']"],
      ['SELinux roles are not set', "['user', 'role']", "['user']"],
      ['annotations of AppArmor count', "!isLocal && !spot.isUnsetOr('', 'runtime/default')", 'spot.value === 0'],
      [
        'local profiles of AppArmor are allowed by annotation',
        "if (!isLocal && !spot.isUnsetOr('', 'runtime/default'))",
        "if (!spot.isUnsetOr('', 'runtime/default'))",
      ],
      [
        'annotations of seccomp count',
        "!isLocal && !spot.isUnsetOr('runtime/default', 'docker/default')",
        'spot.value === 0',
      ],
    ],
  ),
  ...dangerGuards(
    'pod-security/capabilities',
    ['pod-security'],
    [
      [
        'capabilities beyond the defaults are forbidden',
        '      if (!defaults.has(added.value))',
        '      if (added.value === "")',
      ],
      ['ALL is dropped', "if (!drop.members.some(({ value }) => value === 'ALL'))", 'if (!drop.isSet)'],
      ['only NET_BIND_SERVICE comes back', "if (added.value !== 'NET_BIND_SERVICE')", 'if (added.value === "")'],
    ],
  ),
  ...dangerGuards(
    'pod-security/sysctls',
    ['pod-security'],
    [
      ['sysctls are safe', ' || !name.isUnsetOr(...safe)', ''],
      ['sysctls have a name', '!name.isSet || ', ''],
    ],
  ),
  ...dangerGuards(
    'pod-security/restricted',
    ['pod-security'],
    [
      ['volumes have an allowed type', '      if (!allowedVolumes.has(key))', "      if (key === '')"],
      ['volumes have a type', '    if (sources.length === 0)', '    if (sources.length === 99)'],
      ['processes gain no privileges', 'if (spot.value !== false)', 'if (spot.value === true)'],
      ['nobody runs as root by number', ' || user.value === 0', ''],
      ['users are numbers', "typeof user.value !== 'number' || ", ''],
      [
        'the pod does not run as root by number',
        'of [context, ...containers.map((container) => container.context)]',
        'of containers.map((container) => container.context)',
      ],
      ['the pod does not allow root', '  if (!ofPod.isUnsetOr(true)) forbid(ofPod.path)\n'],
      [
        'containers do not allow root',
        'if ((own.isSet ? own.value : ofPod.value) !== true)',
        'if (ofPod.value !== true)',
      ],
      ['containers are as their pod in this', '(own.isSet ? own.value : ofPod.value) !== true', 'own.value !== true'],
      ['pods are confined by seccomp', "  if (context.at('seccompProfile').isSet && !isSetByPod) forbid(ofPod.path)\n"],
      ['containers are confined by seccomp', '    if (!isConfined) forbid(type.path)\n'],
      [
        'the profile of a container counts before that of its pod',
        'profile.isSet ? type.isSet && type.isUnsetOr(...confinedProfiles) : isSetByPod',
        'isSetByPod || (type.isSet && type.isUnsetOr(...confinedProfiles))',
      ],
      ['only pods of Windows are let off', "value === 'windows'", "value !== 'linux-'"],
      [
        'pods of Windows are let off only some checks',
        '  checkUser(parts, findings)\n  if (isWindows) return\n',
        '  if (isWindows) return\n  checkUser(parts, findings)\n',
      ],
    ],
  ),
  ...dangerGuards(
    'pod-security/pod-security',
    ['pod-security'],
    [
      ['shapes of pods are asked for', "  checkShape(spot, shapes[place], { level: 'baseline', others }, findings)\n"],
      [
        'kinds that are not known may have fields of their own',
        "place === 'kind' ? 'refused' : 'allowed'",
        "'refused'",
      ],
      ['kinds that are known have no fields of their own', "place === 'kind' ? 'refused' : 'allowed'", "'allowed'"],
      [
        'a part of a pod never keeps restricted',
        "  if (place !== 'kind' && place !== 'found')",
        "  if (place === 'kind' && place !== 'kind')",
      ],
      ['what breaks the baseline is privileged', "  if (findings.hasLevel('baseline')) return 'privileged'\n"],
    ],
  ),
]
