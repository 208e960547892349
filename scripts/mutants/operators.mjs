const tests = ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts']
const familyTests = ['packages/adapter-pg/test/analyzer/operator-families.test.ts']
const doorTests = ['packages/adapter-pg/test/door/operator-families.int.test.ts']

/** What an operator in a text may run besides its own function. */
export const operatorGuards = [
  {
    name: 'every operator of the name counts where none fits',
    file: 'packages/adapter-pg/src/analyzer/operators.ts',
    find: 'fitting.length > 0 || builtinFits ? fitting : possible',
    replace: 'fitting',
    tests,
  },
  {
    name: 'none counts where one of the server fits',
    file: 'packages/adapter-pg/src/analyzer/operators.ts',
    find: 'fitting.length > 0 || builtinFits ? fitting : possible',
    replace: 'fitting.length > 0 ? fitting : possible',
    tests,
  },
  {
    name: 'only operators with as many operands count',
    file: 'packages/adapter-pg/src/analyzer/operators.ts',
    find: 'reachable.filter((operator) => takesAsMany(operator, left))',
    replace: 'reachable',
    tests,
  },
  {
    name: 'negators and commutators run',
    file: 'packages/adapter-pg/src/catalog/operators.ts',
    find: 'together([operator.id], known)',
    replace: '[operator]',
    tests,
  },
  {
    name: 'partners of partners run',
    file: 'packages/adapter-pg/src/catalog/operators.ts',
    find: '  for (const id of ids) {',
    replace: '  for (const id of [...start, ...start.flatMap((each) => known.get(each)?.partners ?? [])]) {',
    tests,
  },
  {
    name: 'negators and commutators are read',
    file: 'packages/adapter-pg/src/catalog/object-sections-sql.ts',
    find: "      number('o.oprnegate'),\n",
    replace: '',
    tests: ['packages/adapter-pg/test/door/hidden-calls.int.test.ts'],
  },
  {
    name: 'operators of the server that users gave a partner are read',
    file: 'packages/adapter-pg/src/catalog/object-sections-sql.ts',
    find: "OR ${isUser('o.oprnegate')})",
    replace: ')',
    tests: doorTests,
  },
  {
    name: 'families of operators are read',
    file: 'packages/adapter-pg/src/catalog/queries.ts',
    find: '  operatorFamilies,\n',
    replace: '',
    tests: doorTests,
  },
  {
    name: 'CYCLE runs a negator',
    file: 'packages/adapter-pg/src/catalog/comparing-sql.ts',
    find: "eq('n.oid', 'o.oprnegate')",
    replace: "eq('n.oid', 'o.oid')",
    tests: doorTests,
  },
  {
    name: 'families of users that stand behind one of the server do not count for its operators',
    file: 'packages/adapter-pg/src/catalog/comparing-sql.ts',
    find: ' OR NOT ${isShadowed}))`',
    replace: ' OR true))`',
    tests: doorTests,
  },
  {
    name: 'those that turn the order round do',
    file: 'packages/adapter-pg/src/catalog/comparing-sql.ts',
    find: "AND ${eq('k.amopstrategy', 'u.amopstrategy')} ",
    replace: '',
    tests: doorTests,
  },
  {
    name: 'operators of the server in families of users count',
    file: 'packages/adapter-pg/src/catalog/operators.ts',
    find: ', ...families.keys()], known)',
    replace: '], known)',
    tests: familyTests,
  },
  {
    name: 'functions of families run',
    file: 'packages/adapter-pg/src/catalog/operators.ts',
    find: '...each.functions, ...(families.get(each.id) ?? [])',
    replace: '...each.functions',
    tests: familyTests,
  },
  {
    name: 'an operator of the server that wins runs its families',
    file: 'packages/adapter-pg/src/analyzer/operators.ts',
    find: "operator.schema === 'pg_catalog' && exact(operator)",
    replace: 'false',
    tests: familyTests,
  },
  {
    name: 'another operator of the server than the one that wins runs nothing',
    file: 'packages/adapter-pg/src/analyzer/operators.ts',
    find: "operator.schema === 'pg_catalog' && exact(operator)",
    replace: "operator.schema === 'pg_catalog'",
    tests: familyTests,
  },
]
