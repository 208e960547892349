const source = (name) => `packages/adapter-k8s/src/request/${name}.ts`
const test = (name) => `packages/adapter-k8s/test/request/${name}.test.ts`
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({ name, file: source(file), find, replace, tests: tests.map(test) }))

/** How the target of a request to an API server is read and written, and which are refused. */
export const k8sRequestGuards = [
  ...guards(
    'target',
    ['target'],
    [
      ['targets have an end', "  if (target.length > longest) return refuse('The target is too long.')\n"],
      ['targets are visible ASCII', '!visible.test(target)', 'false'],
      ['targets are paths', "!target.startsWith('/')", 'false'],
      ['targets have no fragment', "target.includes('#')", 'false'],
      ['paths have no dot segments', "decoded === '..'", 'false'],
      ['paths have no dots alone', "decoded === '.' ||", ''],
      ['segments have the characters of names', '!segment.test(decoded)', 'false'],
      [
        'escapes in paths can be read',
        "decoded === undefined) return refuse('The path",
        "false) return refuse('The path",
      ],
      ['queries have no semicolon', "query.includes(';')", 'false'],
      ['parameters have names', "name === '') return refuse('The query", "false) return refuse('The query"],
    ],
  ),
  ...guards(
    'target',
    ['query'],
    [
      ['a plus sign in a query is a space', "return text.replaceAll('+', ' ')", 'return text'],
      ['parameters have no zero byte', "value.includes('\\0')", 'false'],
      ['values are escaped again', '=${encodeURIComponent(value)}', '=${value}'],
    ],
  ),
  ...guards(
    'resource-path',
    ['wire'],
    [
      ['a resource needs three parts', 'rest.length < 2 ? undefined', 'rest.length < 1 ? undefined'],
      ['a resource of a group needs four parts', 'rest.length < 3)', 'rest.length < 2)'],
      ['groups have the characters of groups', 'group.test(apiGroup) ?', 'apiGroup.length > 0 ?'],
      ['versions have the characters of versions', '!version.test(apiVersion)', 'false'],
      ['paths have no old verb of watching', "rest[0] === 'watch' ||", ''],
      ['paths have no old verb of proxies', " || rest[0] === 'proxy'", ''],
      ['namespaces have the characters of namespaces', '!namespaceName.test(namespace)', 'false'],
      ['resources have the characters of resources', '!resourceName.test(resource)', 'false'],
      ['a namespace holds no namespaces', "resource === 'namespaces' && parts !== rest", 'false'],
      ['names have the characters of names', '!isObjectName(name)', 'false'],
      ['subresources have the characters of subresources', '!resourceName.test(subresource)', 'false'],
      ['paths end with the subresource', "tail.length > 0 && subresource !== 'proxy'", 'false'],
      ['a namespace itself is within itself', 'third === undefined || ', ''],
      ['status and finalize are of a namespace', '|| ofNamespaces.has(third)', ''],
    ],
  ),
  ...guards('resource-path', ['query'], [['a name is no dot segment', " && text !== '.' && text !== '..'"]]),
  ...guards(
    'request-kind',
    ['wire'],
    [
      ['methods are known', '(methods as readonly string[]).includes(text)', 'text.length > 0'],
      ['updates name an object', "path.name === '' ? refuse('An update names no object.') : 'update'", "'update'"],
      ['patches name an object', "path.name === '' ? refuse('A patch names no object.') : 'patch'", "'patch'"],
      ['subresources are not deleted', "path.subresource !== '') return", 'false) return'],
      [
        'only core resources have proxies',
        "isCore && proxied.has(resource) ? 'proxy'",
        "proxied.has(resource) ? 'proxy'",
      ],
      ['only some resources have proxies', "isCore && proxied.has(resource) ? 'proxy'", "isCore ? 'proxy'"],
      ['only pods of the core are connected to', '!isCore || ', ''],
      ['only pods are connected to', " || resource !== 'pods'", ''],
      ['connections begin with GET', "method !== 'GET'", 'false'],
      ['deletions of many are told apart', "path.name === '' ? 'deletecollection' : 'delete'", "'delete'"],
      [
        'what is created below an object is known',
        "return refuse('Nothing known is created below this object.')",
        "return 'create'",
      ],
      ['only pods are evicted', "resource === 'pods' && subresource === 'eviction'", "subresource === 'eviction'"],
      ['only service accounts have tokens', "resource === 'serviceaccounts' && ", ''],
      [
        'only pods of the core are bound',
        "apiGroup === '' && resource === 'pods' && subresource === 'binding'",
        "resource === 'pods' && subresource === 'binding'",
      ],
    ],
  ),
  ...guards(
    'query',
    ['query'],
    [
      ['parameters are given once', 'isRepeated && !repeated.has(name)', 'false'],
      [
        'parameters are known',
        "if (type === undefined) return refuse('The query has a parameter",
        "if (type === undefined) continue\n    if (false) return refuse('The query has a parameter",
      ],
      [
        'values are of their types',
        'if (canonical === undefined) return',
        'if (canonical === undefined) continue\n    if (false) return',
      ],
      [
        'pretty answers are not asked for',
        'if (dropped.has(name)) continue',
        'if (dropped.has(name)) {\n      written.push([name, value])\n      continue\n    }',
      ],
      ['what is given empty is not given', "canonical !== '' || name === 'command'", 'true'],
      ['an empty word of a command is a word', " || name === 'command'", ''],
      ['parameters are in one order', 'return sorted(written)', 'return written'],
      ['questions are no dry runs', '  review: asking', '  review: writing'],
      ['tokens are no dry runs', '  token: asking', '  token: writing'],
      ['names of proxied parameters are plain', 'opaqueName.test(name) && ', ''],
      ['values of proxied parameters are plain', ' && /^[\\x20-\\x7e]*$/.test(value)', ''],
      ['what is proxied keeps its order', "kind === 'proxy' ? opaqueQuery(pairs) :", ''],
    ],
  ),
  ...guards(
    'query-values',
    ['query'],
    [
      ['ports are of two bytes', ' && Number(value) <= 65_535', ''],
      ['1 is true', "  ['1', 'true'],\n"],
      ['0 is false', "  ['0', 'false'],\n"],
      ['dry runs are of all', "oneOf('All')", "oneOf('All', 'all', '')"],
      ['whole numbers have no zero before them', '/^(?:0|[1-9][0-9]{0,14})$/', '/^[0-9]{1,16}$/'],
      [
        'an empty resource version is none',
        'resourceVersion = orNothing(wholeVersion)',
        'resourceVersion = wholeVersion',
      ],
    ],
  ),
  ...guards(
    'label-selector',
    ['query'],
    [
      ['label selectors have an end', '  if (text.length > most) return undefined\n'],
      ['keys are no words of the grammar', ' && key.test(text) && !words.has(text)', ' && key.test(text)'],
      ['values are no words of the grammar', 'value.test(text) && !words.has(text)', 'value.test(text)'],
      ['prefixes of labels have an end', " && text.lastIndexOf('/') <= 253", ''],
      ['values in a list are not empty', "each !== '' && isValue(each)", 'isValue(each)'],
      ['commas in parentheses are within', ' && !isWithin) {', ') {'],
      ['keys of comparisons are keys', 'isKey(left) && isValue(right)', 'isValue(right)'],
      ['values of comparisons are values', 'isKey(left) && isValue(right)', 'isKey(left)'],
      ['keys of lists are keys', 'isKey(of) && ', ''],
      ['keys alone are keys', 'isKey(name) ?', 'name.length > 0 ?'],
    ],
  ),
  ...guards(
    'field-selector',
    ['query'],
    [
      ['field selectors have an end', '  if (text.length > most) return undefined\n'],
      [
        'fields are compared',
        '    if (field === undefined) return undefined\n',
        '    if (field === undefined) continue\n',
      ],
      ['names in selectors are names', '      if (!isObjectName(value)) return undefined\n'],
      ['one name is asked for', 'names.length > 1 ? undefined : ', ''],
      ['another name is not that name', "operator === '!=' ? '' : value", 'value'],
    ],
  ),
  ...guards(
    'request-info',
    ['wire'],
    [
      ['a list can be about one name', "kind === 'list' ? nameIn(pairs) : ", ''],
      ['a watch is told from a list', "valueOf(pairs, 'watch') === 'true' ? 'watch' : 'list'", "'list'"],
      ['a deletion of many is told', "kind === 'deletecollection' ? kind : ", ''],
    ],
  ),
  ...guards(
    'canonical-request',
    ['wire', 'body'],
    [
      ['what is read has no body', "  if (method === 'GET') return refuse('This kind of request has no body.')\n"],
      ['an empty body is none', ' || body.length === 0', ''],
      ['paths that are no resources are known', 'root !== undefined && !roots.has(root)', 'false'],
      [
        'paths that are no resources are read',
        "  if (method !== 'GET') return refuse('Paths that are no resources are only read.')\n",
      ],
      ['paths that are no resources have no body', 'body !== undefined && body.length > 0', 'false'],
      [
        'paths that are no resources become nothing else',
        '  if (upgrade !== undefined) return refuse',
        '  if (false) return refuse',
      ],
    ],
  ),
]
