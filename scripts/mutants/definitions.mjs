const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const retyped = ['packages/adapter-pg/test/analyzer/retyped-columns.test.ts']
const atDoor = ['packages/adapter-pg/test/door/retyped-columns.int.test.ts']
const tests = ['packages/adapter-pg/test/analyzer/definitions.test.ts']

/** What the server runs while it makes something that is kept for later. */
export const definitionGuards = [
  {
    name: 'definitions are analysed when they are made',
    file: source('analyse'),
    find: '    applyDefinition(walk, statement.type, statement.body)\n',
    replace: '',
    tests,
  },
  {
    name: 'a literal of a definition may become a value of any type',
    file: source('literals'),
    find: "walk.untyped.has('defined') ? walk.catalog.types.keys() : []",
    replace: '[]',
    tests,
  },
  {
    name: 'where an aggregate begins is a literal, however it is written',
    file: source('definitions'),
    find: '/^m?initcond1?$/',
    replace: '/^initcond$/',
    tests,
  },
  {
    name: 'the body of a function in SQL is analysed when it is made',
    file: source('definitions'),
    find: "(statement === 'CreateFunctionStmt' && bodyHoldsLiteral(body))",
    replace: 'false',
    tests,
  },
  {
    name: 'without LANGUAGE a function is SQL',
    file: source('definitions'),
    find: "texts('language').every((language) => language === 'sql')",
    replace: "texts('language').includes('sql')",
    tests,
  },
  {
    name: 'LIKE without INCLUDING copies columns alone',
    file: source('create-table'),
    find: " || numberOf(like, 'options') === 0) return",
    replace: ') return',
    tests,
  },
  {
    name: 'LIKE of what the catalog does not have is not understood',
    file: source('create-table'),
    find: "const source = expectRelation(walk, rangeVarName(nodeOf(like, 'relation') ?? {}))",
    replace: "const source = relationTargets(walk, rangeVarName(nodeOf(like, 'relation') ?? {}))[0]?.relation",
    tests,
  },
  {
    name: 'a bound of a partition becomes a value of the key',
    file: source('looked-at'),
    find: "  runStored(walk, parent.valueFunctions, 'type')\n",
    replace: '',
    tests,
  },
  {
    name: 'VALUE is of the domain that is altered',
    file: source('define-objects'),
    find: '  if (type !== undefined) walk.mention([{ type: type.id }])\n',
    replace: '',
    tests: ['packages/adapter-pg/test/door/definitions.int.test.ts'],
  },
  {
    name: 'a new index has values of the columns of its table',
    file: source('define-relations'),
    find: '    walk.mention(relation.columns.values())\n',
    replace: '',
    tests: ['packages/adapter-pg/test/door/definitions.int.test.ts'],
  },
  {
    name: 'a column that a command gives a type may have that in the others',
    file: source('alter-table'),
    find: 'filter(([name]) => !typed.has(name))',
    replace: 'filter(() => typed.size > -1)',
    tests: retyped,
  },
  {
    name: 'names in the expressions of a table may mean operators of users when a column gets another type',
    file: source('read-anew'),
    find: '    for (const name of catalog.operatorNames(id)) {',
    replace: '    for (const name of [] as string[]) {',
    tests: retyped,
  },
  {
    name: 'they may mean functions of users',
    file: source('read-anew'),
    find: '    if (name !== undefined)',
    replace: '    if (name === 1)',
    tests: retyped,
  },
  {
    name: 'they may mean casts of users',
    file: source('read-anew'),
    find: '  if (relation.checks.length > 0)',
    replace: '  if (relation.checks.length > 9)',
    tests: atDoor,
  },
  {
    name: 'expressions of children are read anew',
    file: source('alter-table'),
    find: '      reached.push(child)\n',
    replace: '',
    tests: retyped,
  },
]
