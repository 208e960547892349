import { dangerGuards } from './k8s-danger-guard.mjs'

/** What pods get at beside that. */
export const podTakeoverGuards = [
  ...dangerGuards(
    'takeover/takeover',
    ['takeover'],
    [
      [
        'another account is told',
        "  for (const field of ['serviceAccountName', 'serviceAccount']) {",
        "  for (const field of ['serviceAccount']) {",
      ],
      [
        'an account by its old name is told',
        "  for (const field of ['serviceAccountName', 'serviceAccount']) {",
        "  for (const field of ['serviceAccountName']) {",
      ],
      ['an account as before is not told again', '    if (account.value !== before?.spec.at(field).value)\n', ''],
      [
        'the users of the host are told',
        'else if (hostUsers.isSet) findings',
        'else if (hostUsers.value === 1) findings',
      ],
    ],
  ),
  ...dangerGuards(
    'takeover/credentials',
    ['takeover'],
    [
      [
        'tokens that are asked for are told',
        "value !== false)\n    findings.add('takeover', 'automountToken'",
        "value === 1)\n    findings.add('takeover', 'automountToken'",
      ],
      [
        'secrets in a variable are told',
        "const from = variable.at('valueFrom', 'secretKeyRef')",
        "const from = variable.at('nothing')",
      ],
      ['secrets in all variables are told', "const from = source.at('secretRef')", "const from = source.at('nothing')"],
      [
        'volumes of secrets are told',
        "    if (volume.at('secret').isSet) secret('secretVolume', volume.at('secret'))\n",
      ],
      ['secrets of drivers are told', "    for (const spot of secretsNamedIn(volume)) secret('secretVolume', spot)\n"],
      ['a secretRef is told', "['secretRef', ", '['],
      ['a secretName is told', ", 'secretName'", ''],
      ['a nodePublishSecretRef is told', ", 'nodePublishSecretRef'", ''],
      ['projected secrets are told', "    if (source.at('secret').isSet)\n", "    if (source.at('nothing').isSet)\n"],
      ['projected tokens are told', "['serviceAccountToken', 'podCertificate']) {", "['podCertificate']) {"],
      ['projected certificates are told', "['serviceAccountToken', 'podCertificate']) {", "['serviceAccountToken']) {"],
      [
        'the own token has a name of its own',
        "  if (typeof name !== 'string' || !/^kube-api-access-[a-z0-9]{5}$/.test(name)) return false\n",
      ],
      [
        'the own token is with nothing else',
        'sources.every((source) => source.entries.every(([key]) => ofOwnToken.has(key))) &&\n    ',
        '',
      ],
      ['the own token is one', 'tokens.length === 1 &&\n    ', ''],
      ['the own token is for nobody else', " && !token.at('audience').isSet", ''],
      ['the own token is an object', 'isObject(token.value) && ', ''],
    ],
  ),
  ...dangerGuards(
    'takeover/placement',
    ['takeover'],
    [
      [
        'a node that is named is told',
        "      findings.add('takeover', 'nodeName', nodeName.path, 'puts the pod on a node past the scheduler')\n",
        '      void 0\n',
      ],
      ['a node as before is not told again', "    if (nodeName.value !== before?.spec.at('nodeName').value)\n", ''],
      ['tolerating the control plane is told', 'if (toleratesControlPlane(toleration))', 'if (toleration.value === 1)'],
      [
        'tolerating everything is told',
        ".isUnsetOr('', ...controlPlaneTaints)",
        '.value === controlPlaneTaints[0] || toleration.at("key").value === controlPlaneTaints[1]',
      ],
      ['classes of the system are told', "className.value.startsWith('system-')", 'className.value === ""'],
      ['priorities of the system are told', 'priority.value >= systemPriority', 'priority.value > systemPriority'],
    ],
  ),
  ...dangerGuards(
    'takeover/images',
    ['takeover'],
    [
      [
        'images of volumes are images',
        "...volumes.filter((volume) => volume.at('image').isSet)",
        '...volumes.filter(() => false)',
      ],
      ['what is no name of an image is not allowed', 'image === undefined || ', 'image !== undefined && '],
    ],
  ),
  ...dangerGuards(
    'takeover/image',
    ['takeover'],
    [
      ['an allowed place ends at a slash', "place.endsWith('/') ? place : `${place}/`", 'place'],
      ['a registry has a dot or a port', "name.includes('/') && registryForm.test(first)", "name.includes('/')"],
      ['names of images have their form', '  if (!repositoryForm.test(path)) return undefined\n'],
      [
        'tags have their form',
        '  if (colon !== -1 && !tagForm.test(beforeDigest.slice(colon + 1))) return undefined\n',
      ],
      ['digests have their form', ' || (digest !== undefined && !digestForm.test(digest))', ''],
      ['names of images have one digest', 'rest.length > 0 || ', ''],
      ['names of images are not without end', '  if (text.length > longest) return undefined\n'],
    ],
  ),
]
