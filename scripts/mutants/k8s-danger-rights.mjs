import { dangerGuards } from './k8s-danger-guard.mjs'

/** Rights in roles and bindings. */
export const clusterRightGuards = [
  ...dangerGuards(
    'rbac/rules',
    ['rbac'],
    [
      [
        'rules have their shape',
        "  checkShape(rules, rulesShape, { level: 'escalate', others: 'refused' }, findings)\n",
      ],
      ...['verbs', 'resources', 'apiGroups', 'nonResourceURLs'].map((field) => [
        `all ${field} are told`,
        `  ['${field}', 'wildcard`,
        `  ['nothing', 'wildcard`,
      ]),
      ['wildcards are told within words', "member.value.includes('*')", "member.value === '*'"],
      ['escalate is told', "if (verb.value === 'escalate')", "if (verb.value === '-')"],
      ['bind is told', "if (verb.value === 'bind')", "if (verb.value === '-')"],
      ['impersonate is told in every form', "verb.value.startsWith('impersonate')", "verb.value === 'impersonate'"],
      ...[
        'secrets',
        'nodes/proxy',
        'pods/exec',
        'pods/attach',
        'pods/ephemeralcontainers',
        'pods/portforward',
        'pods/proxy',
        'services/proxy',
        'serviceaccounts/token',
      ].map((resource) => [`rights to ${resource} are told`, `  ['${resource}', [`, `  ['-', [`]),
      ['reading roles is no right to change them', '    if (isReading) continue\n'],
      ['changing roles is told', '    if (rbacResources.has(value)) findings', "    if (value === '-') findings"],
      ['changing the control plane is told', '    if (controlPlaneResources.has(value))', "    if (value === '-')"],
      [
        'verbs that are no words are not for reading',
        "typeof value === 'string' && readingVerbs.has(value))",
        "typeof value !== 'string' || readingVerbs.has(value))",
      ],
    ],
  ),
  ...dangerGuards(
    'rbac/bindings',
    ['rbac'],
    [
      [
        'every binding is a grant',
        "  findings.add('grant', 'binding', binding.path, 'gives somebody the rights of a role')\n",
      ],
      ['roles of bindings have their shape', "  checkShape(binding.at('roleRef'), roleShape, rules, findings)\n"],
      [
        'subjects of bindings have their shape',
        "  checkShape(binding.at('subjects'), subjectsShape, rules, findings)\n",
      ],
      ['cluster-admin is told', "role.value === 'cluster-admin'", "role.value === '-'"],
      ['roles of the system are told', "role.value.startsWith('system:')", "role.value === '-'"],
      ['system:masters is told', "name.value === 'system:masters'", "name.value === '-'"],
      ['everybody is told', 'everybody.has(name.value) || ', ''],
      ['all accounts of a namespace are told', " || name.value.startsWith('system:serviceaccounts:')", ''],
      ['users of the system are told', "name.value.startsWith('system:') || ", ''],
      ['accounts of the system are told', " || subject.at('namespace').value === 'kube-system'", ''],
    ],
  ),
  ...dangerGuards(
    'rbac/rbac',
    ['rbac'],
    [
      ['roles that take rules over are told', '  if (aggregation.isSet)\n', '  if (aggregation.value === 1)\n'],
      [
        'roles that add their rules to others are told',
        '    if (key.startsWith(aggregateLabel))\n',
        "    if (key === '')\n",
      ],
      ['changed roles of the system are told', "name.value.startsWith('system:') || ", ''],
      [
        'changed roles that come with the system are told',
        " || (kind === 'ClusterRole' && builtInRoles.has(name.value))",
        '',
      ],
      ['roles of namespaces may have those names', "kind === 'ClusterRole' && builtIn", 'builtIn'],
    ],
  ),
]
