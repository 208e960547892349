import { dangerGuards } from './k8s-danger-guard.mjs'

/** Requests as such. */
export const dangerousRequestGuards = [
  ...dangerGuards(
    'request',
    ['requests'],
    [
      ['verbs that nobody knows are told', '!readingVerbs.has(verb) && !writingVerbs.has(verb)', "verb === '-'"],
      [
        'subresources that nobody knows are told',
        'else if (!harmlessSubresources.has(name))',
        "else if (name === '-')",
      ],
      ...[
        '/pods/exec',
        '/pods/attach',
        '/pods/ephemeralcontainers',
        '/pods/portforward',
        '/pods/proxy',
        '/services/proxy',
        '/nodes/proxy',
        '/serviceaccounts/token',
        '/pods/binding',
        '/pods/eviction',
        '/namespaces/finalize',
      ].map((name) => [`requests for ${name} are told`, `  ['${name}', [`, `  ['-${name}', [`]),
      ['approved certificates are told', "    'certificates.k8s.io/certificatesigningrequests/approval',", "    '-',"],
      [
        'subresources count for reading as well',
        '  checkSubresource(apiGroup, resource, subresource, findings)\n  if (readingVerbs.has(verb)) return findings.all\n',
        '  if (readingVerbs.has(verb)) return findings.all\n  checkSubresource(apiGroup, resource, subresource, findings)\n',
      ],
      [
        'requests that steer the control plane are told',
        '  if (part !== undefined) findings',
        '  if (part === null) findings',
      ],
      ['requests that give rights are told', 'if (bindings.has(resource) && ', 'if (false && '],
      ['deletions are looked at', '  checkDeletion(request, findings)\n'],
      ['the style of writes is looked at', '  checkWriteStyle(request, findings)\n'],
    ],
  ),
  ...dangerGuards(
    'deletion',
    ['requests'],
    [
      [
        'dangers of options of evictions are looked at',
        "  if (subresource === 'eviction') checkOptions(sent.at('deleteOptions'), findings)\n",
      ],
      ['options of deletions are looked at', '  checkOptions(sent, findings)\n'],
      ['deletions of many are told', "  if (verb === 'deletecollection')\n", "  if (verb === '-')\n"],
      ...[
        '/namespaces',
        '/nodes',
        '/persistentvolumes',
        '/persistentvolumeclaims',
        'storage.k8s.io/storageclasses',
        'apiextensions.k8s.io/customresourcedefinitions',
      ].map((name) => [`deletions of ${name} are told`, `  ['${name}', '`, `  ['-', '`]),
      [
        'options have their shape',
        "  checkShape(options, optionsShape, { level: 'destroy', others: 'refused' }, findings)\n",
      ],
      ['no grace is told', 'grace.value <= 0', 'false'],
      ['less than no grace is told', 'grace.value <= 0', 'grace.value === 0'],
      ['orphans are told', "!policy.isUnsetOr('Background', 'Foreground')", 'policy.value === 1'],
      ['orphans in the old way are told', '!orphan.isUnsetOr(false)', 'orphan.value === 1'],
      ['deletions of what cannot be read are told', '!broken.isUnsetOr(false)', 'broken.value === 1'],
    ],
  ),
  ...dangerGuards(
    'write-style',
    ['requests'],
    [
      ['updates without a version are told', "typeof version.value !== 'string' || ", ''],
      ['updates with an empty version are told', "version.value === '' || ", ''],
      ['updates with version 0 are told', " || version.value === '0'", ''],
      [
        'patches that nobody knows are told',
        "  if (patchType === undefined) note('unknownPatch', '', 'is a patch of a kind that is not known')\n",
      ],
      ['forced applies are told', 'force !== false && ', 'force === false && '],
      ['lists that are replaced are told', "  if (patchType === 'merge') {", "  if (patchType === 'apply') {"],
      ['depths are told as lists', ' || next.depth > deepest', ''],
      ['operations are a list', '  if (!isList(patch.value))\n', '  if (patch.value === 1)\n'],
      ['tests of members are no changes', "    if (operation.at('op').value === 'test') continue\n"],
      ['members by number are told', "['path', 'from']", "['from']"],
      ['members that are moved by number are told', "['path', 'from']", "['path']"],
    ],
  ),
]
