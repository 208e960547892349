const source = (name) => `packages/adapter-k8s/src/request/${name}.ts`
const test = (name) => `packages/adapter-k8s/test/request/${name}.test.ts`
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({ name, file: source(file), find, replace, tests: tests.map(test) }))

/** What the body of a request to an API server may say. */
export const k8sRequestBodyGuards = [
  {
    name: 'what objects inherit is not theirs',
    file: 'packages/adapter-k8s/src/json-object.ts',
    find: 'Object.hasOwn(object, key) ? object[key] : undefined',
    replace: 'object[key]',
    tests: ['packages/adapter-k8s/test/json-object.test.ts'],
  },
  ...guards(
    'body',
    ['body'],
    [
      [
        'what is written has a body',
        "  if (value === undefined) return refuse('The request has no body.')\n",
        '  if (value === undefined) return unchanged(given)\n',
      ],
      [
        'bodies are objects',
        "  if (!isObject(value)) return refuse('The body is no object.')\n",
        '  if (!isObject(value)) return unchanged(given)\n',
      ],
      ['null is no lack of a body', 'value === undefined ? {} : value', 'value ?? {}'],
      ['operations are looked at', 'jsonPatchFault(value) ?? ', ''],
      ['objects are what the path names', 'identityMismatch(kind, path, value) ?? ', ''],
      ['applies are looked at', ' ?? applyFault(given.contentType, value)', ''],
      ['evictions are looked at', "kind === 'eviction' ? eviction(given, value) : ", ''],
      ['applies have no merged keys', 'if (hasMergeKey(object))', 'if (false)'],
      [
        'merged keys are seen at any depth',
        'return Object.values(value).some((each: JsonValue) => hasMergeKey(each))',
        'return false',
      ],
      ['applies say what they are', 'isNamed ? undefined :', 'true ? undefined :'],
      [
        'options of evictions are looked at',
        '  if (isRefused(parsed)) return parsed\n',
        '  if (isRefused(parsed)) return { value: object, pairs, dryRun: isInQuery }\n',
      ],
      ['evictions that are dry runs are so in the query', "? [...pairs, ['dryRun', 'All']] : pairs", '? pairs : pairs'],
      [
        'evictions that are dry runs are so in the body',
        'writeDeleteOptions({ ...parsed, dryRun })',
        'writeDeleteOptions(parsed)',
      ],
      ['the body may say that it is a dry run', 'dryRun: united.dryRun }', 'dryRun: given !== given }'],
    ],
  ),
  ...guards('body', ['query'], [['what is proxied is no dry run', "kind !== 'proxy' && pairs.some", 'pairs.some']]),
  ...guards(
    'delete-options',
    ['body'],
    [
      [
        'options are an object',
        "  if (!isObject(value)) return refuse('The options of the deletion are no object.')\n",
        '  if (!isObject(value)) return { options: {}, dryRun: false }\n',
      ],
      ['options are of their kind', "kind !== 'DeleteOptions'", 'false'],
      [
        'options are of a known version',
        "typeof apiVersion !== 'string' || !versions.has(apiVersion)",
        "typeof apiVersion !== 'string'",
      ],
      [
        'options are known',
        "    if (isOfType === undefined) return refuse('The options of the deletion have a field that is not known.')\n",
        '    if (isOfType === undefined) continue\n',
      ],
      ['options are of their types', 'if (!isOfType(given))', 'if (false)'],
      [
        'dry runs of deletions are of all',
        "value.length === 1 && value[0] === 'All' ? true : undefined",
        'value.length > 0',
      ],
      [
        'dry runs of deletions are lists',
        '  if (!Array.isArray(value)) return undefined\n',
        '  if (!Array.isArray(value)) return false\n',
      ],
      ['preconditions are known', "(name === 'uid' || name === 'resourceVersion') && ", ''],
      ['preconditions are not empty', " && text !== ''", ''],
      [
        'preconditions are an object',
        '  if (!isObject(value)) return false\n',
        '  if (!isObject(value)) return true\n',
      ],
      [
        'the query and the body agree about dry runs',
        'if (isGivenBoth && ofQuery.dryRun !== ofBody.dryRun)',
        'if (false)',
      ],
      ['the query and the body agree', 'other !== undefined && other !== value', 'false'],
      ['options of the query count', '{ ...ofQuery.options, ...ofBody.options }', '{ ...ofBody.options }'],
      ['options of the body count', '{ ...ofQuery.options, ...ofBody.options }', '{ ...ofQuery.options }'],
      ['dry runs of the query count', 'ofQuery.dryRun || ofBody.dryRun', 'ofBody.dryRun'],
      ['dry runs of the body count', 'ofQuery.dryRun || ofBody.dryRun', 'ofQuery.dryRun'],
      ['dry runs are in the body', "...(dryRun && { dryRun: ['All'] })", ''],
      [
        'options leave the query',
        'else if (types.has(name)) given[name] = valueOf(value)',
        'else if (types.has(name)) rest.push([name, value])',
      ],
      ['graces are whole', 'Number.isSafeInteger(value) && value >= 0', 'value >= 0'],
      ['graces are not negative', ' && value >= 0', ''],
    ],
  ),
  ...guards(
    'object-identity',
    ['body'],
    [
      [
        'kinds are texts',
        "typeof apiVersion !== 'string' || typeof objectKind !== 'string'",
        "typeof apiVersion !== 'string' && typeof objectKind !== 'string'",
      ],
      ['subresources take their kinds', 'isKnown ? undefined :', 'true ? undefined :'],
      ['scales are of their kind', "path.subresource === 'scale' ? ofSubresources.scale : ", ''],
      ['objects are of the version of the path', "apiVersion !== '' && apiVersion !== versionOf(path)", 'false'],
      ['objects are of the kind of the path', 'pluralOf(objectKind) !== path.resource', 'false'],
      ['custom resources have any plural', 'servedGroups.has(path.apiGroup) && ', ''],
      [
        'metadata are an object',
        "  if (!isObject(metadata)) return refuse('The metadata of the object are no object.')\n",
        '  if (!isObject(metadata)) return undefined\n',
      ],
      ['objects are in the namespace of the path', "namespace !== '' && namespace !== isWithin", 'false'],
      ['a namespace is in none', "path.resource === 'namespaces' ? '' : ", ''],
      ['names are texts', "typeof name !== 'string'", 'false'],
      ['objects have the name of the path', "path.name !== '' && name !== '' && name !== path.name", 'false'],
    ],
  ),
  ...guards(
    'json-patch',
    ['body'],
    [
      [
        'patches are lists',
        "  if (!Array.isArray(value)) return refuse('The patch is no list of operations.')\n",
        '  if (!Array.isArray(value)) return undefined\n',
      ],
      ['operations are objects', '  if (!isObject(value)) return false\n', '  if (!isObject(value)) return true\n'],
      ['operations are known', ' || !operations.has(op)', ''],
      ['operations have a place', ' || !isPointer(path)', ''],
      ['operations have nothing else', 'return isComplete && (further', 'return (further'],
      ['nothing hidden is carried to where it is shown', "carrying.has(own(value, 'op'))", 'false'],
      ['nothing hidden is moved to where it is shown', "['copy', 'move']", "['copy']"],
      ['nothing hidden is guessed by tests', "testable.has(own(value, 'path'))", 'true'],
      ['operations have what they need', 'further === undefined || Object.hasOwn(value, further)', 'true'],
      ['places are pointers', ' && pointer.test(value)', ''],
    ],
  ),
]
