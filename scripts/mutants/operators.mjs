const tests = ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts']

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
    find: 'of family(id, partners)) {',
    replace: 'of [id]) {',
    tests,
  },
  {
    name: 'partners of partners run',
    file: 'packages/adapter-pg/src/catalog/operators.ts',
    find: '  for (const id of found) for',
    replace: '  for (const id of [start]) for',
    tests,
  },
  {
    name: 'negators and commutators are read',
    file: 'packages/adapter-pg/src/catalog/queries.ts',
    find: "OR ${eq('p.oid', 'o.oprnegate')}",
    replace: '',
    tests: ['packages/adapter-pg/test/door/hidden-calls.int.test.ts'],
  },
]
