const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const [drop, objects, relations] = [source('drop'), source('define-objects'), source('define-relations')]
const guard = (name, file, find, replace = '') => ({ name, file, find, replace, tests })
const ordered = (name, file, find, replace) => ({
  ...guard(name, file, find, replace),
  tests: ['packages/adapter-pg/test/masking/definitions.int.test.ts'],
})

/** Definitions that let values stand under another name, or that others run later. */
export const lineageDefinitionGuards = [
  guard(
    'a function that is replaced may be run by others',
    objects,
    "if (flagOf(body, 'replace')) followAnything(walk)",
    'void flagOf',
  ),
  guard(
    'a new function is run by nobody yet',
    objects,
    "if (flagOf(body, 'replace')) followAnything",
    'if (flagOf !== undefined) followAnything',
  ),
  guard(
    'what a new domain calls is read',
    objects,
    "walk.visitAll(listOf(body, 'constraints'), new Scope(scope))",
    'void scope',
  ),
  guard(
    'a trigger or a rule is handed the rows of others',
    relations,
    'or has the rule copy it.\n    followAnything(walk)',
    'or has the rule copy it.',
  ),
  guard(
    'a renamed schema renames its relations',
    drop,
    "if (type === 'OBJECT_SCHEMA') followSchema(walk, textOf(body, 'subname'))",
    'void followSchema',
  ),
  guard(
    'those of other schemas stay',
    drop,
    'if (relation.schema === name) followRenamed',
    'if (relation.id !== 0) followRenamed',
  ),
  guard('functions of a schema go with it', drop, 'if (routine.schema === name) return', 'if (routine.id < 0) return'),
  guard(
    'a schema that is dropped leaves its names to others',
    drop,
    "if (type === 'OBJECT_SCHEMA') followSchema(walk, textOf(bodyOf",
    "if (type === '') followSchema(walk, textOf(bodyOf",
  ),
  guard(
    'a function that is dropped leaves its name to others',
    drop,
    'if (kindOf(type) !== undefined || passedThrough.has(type)) followAnything(walk)\n  if (ofRelationItself.has(type)) {',
    'if (ofRelationItself.has(type)) {',
  ),
  guard(
    'a relation that is dropped leaves its name to others',
    drop,
    'if (relation !== undefined) followRenamed(walk, relation)\n  }\n  if (type',
    'void 0\n  }\n  if (type',
  ),
  guard(
    'a function that is moved is found by others',
    drop,
    'followNamed(walk, body)\n  if (kindOf(type) !== undefined) followAnything(walk)',
    'followNamed(walk, body)',
  ),
  guard(
    'a new name may be that of another one',
    drop,
    "  followNewName(walk, type, { schema: undefined, name: textOf(body, 'newname') })\n",
  ),
  guard(
    'what is moved may get before another one',
    drop,
    "if (textOf(body, 'newschema') !== '') followName(walk, 'relation', relation)",
    'void 0',
  ),
  ...['FUNCTION', 'PROCEDURE', 'ROUTINE', 'AGGREGATE'].map((kind) =>
    guard(
      `a ${kind.toLowerCase()} is called by its name`,
      drop,
      kind === 'AGGREGATE' ? '|AGGREGATE)' : kind === 'FUNCTION' ? '(?:FUNCTION|' : `|${kind}|`,
      kind === 'AGGREGATE' ? ')' : kind === 'FUNCTION' ? '(?:' : '|',
    ),
  ),
  guard('a type is made by its name', drop, "type === 'OBJECT_TYPE' || ", ''),
  guard('so is a domain', drop, " || type === 'OBJECT_DOMAIN'", ''),
  guard('an operator is called by its name', drop, "type === 'OBJECT_OPERATOR' ?", "type === '' ?"),
  guard(
    'a new relation may be found by others',
    source('create-as'),
    "  followName(walk, 'relation', { schema: real, name })\n",
  ),
  guard(
    'a temporary one is found first',
    source('create-as'),
    "const place = isTemporary ? 'pg_temp' :",
    "const place = isTemporary ? 'shop' :",
  ),
  guard(
    'a view that is replaced may be written by others',
    relations,
    "if (flagOf(body, 'replace') && findRelation(walk, rangeVarName(view)) !== undefined) followAnything(walk)",
    'void [findRelation, view]',
  ),
  guard('a new function may be called by others', objects, "  followNew(walk, 'function', listOf(body, 'funcname'))\n"),
  guard('so may an aggregate or an operator', objects, "followNew(walk, named, listOf(body, 'defnames'))", 'void 0'),
  guard('a new type may be made by others', objects, "    followNew(walk, 'type', listOf(body, field))\n"),
  guard('so may a domain', objects, "  followNew(walk, 'type', listOf(body, 'domainname'))\n"),
  guard(
    'so may a composite type',
    objects,
    "      followName(walk, 'type', { ...written, schema: written.schema ?? creationSchema(walk) })\n",
  ),
  guard(
    'a function that is altered may find other things',
    objects,
    'new Scope(undefined))\n  followAnything(walk)',
    'new Scope(undefined))',
  ),
  guard(
    'settings of a database are of who logs in next',
    objects,
    "{ object: 'setting' })\n    followAnything(walk)",
    "{ object: 'setting' })",
  ),
  guard(
    'a check of a domain sees the values of others',
    objects,
    "if (textOf(body, 'subtype') === 'C') followAnything(walk)",
    'void 0',
  ),
  guard(
    'settings of a role are of who logs in next',
    source('grants'),
    '  followAnything(walk)\n}\n\n/** DROP OWNED',
    '}\n\n/** DROP OWNED',
  ),
  guard(
    'what is owned and dropped leaves its names to others',
    source('grants'),
    'Handler = (walk, body) => {\n  followAnything(walk)',
    'Handler = (walk, body) => {',
  ),
  guard(
    'a policy chooses rows by what others may not compare',
    relations,
    'by values that it may not compare.\n  followAnything(walk)',
    'by values that it may not compare.',
  ),
  guard(
    'values pass through a cast and its like',
    objects,
    'define(walk, naming(walk, body))\n    followAnything(walk)',
    'define(walk, naming(walk, body))',
  ),
  guard(
    'an extension makes names of any kind',
    objects,
    'may have any names.\n    followAnything(walk)',
    'may have any names.',
  ),
  guard('so does another server', objects, 'which names they have.\n  followAnything(walk)', 'which names they have.'),
  guard(
    'settings of the server are of who logs in next',
    objects,
    'sensitive: true,\n  })\n  followAnything(walk)',
    'sensitive: true,\n  })',
  ),
  guard('a cast that is dropped leaves calls to others', drop, ' || passedThrough.has(type)', ''),
  ...['CAST', 'CONVERSION', 'EXTENSION', 'OPCLASS', 'TRANSFORM'].map((kind) =>
    guard(`so does a dropped ${kind.toLowerCase()}`, drop, `'${kind}'`, "'NONE'"),
  ),
  guard(
    'a partition that leaves is one of itself',
    source('alter-table'),
    "if (subtype !== 'AT_AttachPartition') followRenamed(walk, other)",
    'void other',
  ),
  guard(
    'one that comes is masked with the whole',
    source('alter-table'),
    "if (subtype !== 'AT_AttachPartition') followRenamed(walk, other)",
    'followRenamed(walk, other)',
  ),
  guard(
    'a foreign partition sends rows to another server',
    source('create-table'),
    "if (nodeOf(nodeOf(body, 'base') ?? {}, 'partbound') !== undefined) followAnything(walk)",
    'void followAnything',
  ),
  guard(
    'one that is attached does, too',
    source('alter-table'),
    "if (other.kind === 'foreign-table') followAnything(walk)",
    'void followAnything',
  ),
  guard(
    'a child that inherits no more is one of itself',
    source('alter-table'),
    "if (subtype === 'AT_DropInherit') followRenamed(walk, relation)",
    'void 0',
  ),
  guard(
    'a dropped column stays in children',
    source('alter-table'),
    "if (subtype === 'AT_DropColumn') followRenamed(walk, relation, textOf(command, 'name'))",
    'void 0',
  ),
  ...[
    [
      'the order in which a table is written anew is seen',
      'for (const table of tables) order(',
      'for (const table of []) order(',
    ],
    ['so is that of a whole database', '? walk.everyRelation()\n      :', '? []\n      :'],
    ['that of an index which is not named', "name === '' ? table : (", "name === '' ? { writeChecks: [] } : ("],
    ['an index orders by its own columns', '(walk.catalog.relation(table.schema, name) ?? table)', 'table'],
  ].map(([name, find, replace]) => ordered(name, source('maintenance'), find, replace)),
  ordered(
    'what a definition reads is known under the names that rules have for it',
    source('lineage'),
    'yield this.#name(origin)',
    'void origin',
  ),
]
