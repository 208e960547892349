import { dangerGuards } from './k8s-danger-guard.mjs'

/** Objects that steer the control plane, and what writes lose. */
export const steeringObjectGuards = [
  ...dangerGuards(
    'control-plane',
    ['objects'],
    [
      ...[
        'admissionregistration.k8s.io',
        'apiregistration.k8s.io',
        'apiextensions.k8s.io',
        'certificates.k8s.io',
        'authentication.k8s.io',
        'flowcontrol.apiserver.k8s.io',
      ].map((group) => [`${group} steers the control plane`, `  ['${group}', part(`, `  ['-', part(`]),
      ...['RuntimeClass', 'PodSecurityPolicy', 'Node', 'Binding'].map((kind) => [
        `a ${kind} steers the control plane`,
        `', '${kind}', '`,
        `', '-', '`,
      ]),
      ['kinds count with their group', 'partsByKind.get(`${group}/${kind}`)', 'partsByKind.get(`/${kind}`)'],
      ['leases without a namespace are told', "typeof value !== 'string' || ", "typeof value === 'string' && "],
      [
        'leases of the system are told',
        "  return typeof value !== 'string' || systemNamespaces.has(value) ? leases : undefined",
        "  return typeof value !== 'string' ? leases : undefined",
      ],
      ['files of a node as a volume are told', "['hostPath', 'local']", "['local']"],
      ['local volumes are told', "['hostPath', 'local']", "['hostPath']"],
      ['asking who one is steers nothing', '!harmless.has(`${group}/${kind}`) && ', ''],
    ],
  ),
  ...dangerGuards(
    'control-plane',
    ['requests'],
    [
      ['requests for leases of all namespaces are told', 'namespace === undefined || ', ''],
      ['requests for leases of the system are told', ' || systemNamespaces.has(namespace)', ''],
      ['asking who one is is no such request', '  if (harmless.has(`${group}/${resource}`)) return undefined\n'],
    ],
  ),
  ...dangerGuards(
    'credentials',
    ['objects'],
    [
      ['secrets that become tokens are told', "  ['kubernetes.io/service-account-token', 'tokenSecret'],\n"],
      ['tokens that nodes join with are told', "  ['bootstrap.kubernetes.io/token', 'bootstrapToken'],\n"],
      ['accounts of the cloud are told', 'if (cloudIdentities.has(key) && annotation.isSet)', "if (key === '')"],
    ],
  ),
  ...dangerGuards(
    'namespace-labels',
    ['objects'],
    [
      ['labels as before are not told', '  if (now === before) return false\n'],
      ['labels that are taken away are looked at', '[...labels.entries, ...earlier.entries]', '[...labels.entries]'],
      [
        'old versions of the levels are told',
        "  if (versions.has(name)) return now !== 'latest'\n",
        '  if (versions.has(name)) return false\n',
      ],
      [
        'labels of the levels that nobody knows are told',
        '  if (!modes.has(name)) return true\n',
        '  if (!modes.has(name)) return false\n',
      ],
      ['levels that nobody knows are told', 'rank === undefined || ', 'rank !== undefined && '],
      ['the level of no restriction is told', 'rank === 0 || ', ''],
      ['lower levels are told', ' || rank < (ranks.get(before) ?? 0)', ''],
      ['only labels of namespaces are levels', " || kind !== 'Namespace'", ''],
    ],
  ),
  ...dangerGuards(
    'losses',
    ['objects'],
    [
      ['finalizers that are taken away are told', "    ['metadata', 'finalizers'],\n"],
      ['finalizers of namespaces are told', "    ['spec', 'finalizers'],\n"],
      ['other owners are told', 'ownersOf(spot) !== ownersOf(earlier)', "ownersOf(spot) === '-'"],
      ['owners of new objects are not told', 'before !== undefined && ownersOf', 'ownersOf'],
      ['none left is told', 'replicas(kind, spot) === 0 && ', 'false && '],
      ['none as before is not told', ' && replicas(kind, earlier) !== 0', ''],
      ['none at first is not told', 'before !== undefined && replicas', 'replicas'],
      ['no number in a scale is 0', "(kind === 'Scale' ? 0 : 1)", '1'],
      ['what is suspended is told', "own(spot.at('spec').value, 'suspend') === true", 'false'],
      ['what stays suspended is not told', "earlier.at('spec', 'suspend').value !== true", 'true'],
      ['data that goes with the claim is told', "!policy.isUnsetOr('Retain') && ", 'false && '],
      ['data that goes as before is not told', ' && policy.value !== earlier.at(...path).value', ''],
    ],
  ),
  ...dangerGuards(
    'object',
    ['objects'],
    [
      ['not to know how it was is told', "if (context.before === 'unknown')", "if (context.before === '-')"],
      ['what is told has no end', 'return Object.freeze({ findings: findings.all', 'return ({ findings: findings.all'],
    ],
  ),
  ...dangerGuards(
    'object',
    ['takeover'],
    [['pods are compared with what was', 'earlier?.get(placeOf(template))', 'undefined']],
  ),
]
