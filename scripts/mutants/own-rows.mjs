const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/unbounded.test.ts']

/** ON CONFLICT DO UPDATE can reach every row unless the rows that are inserted stand in the text. */
export const ownRowGuards = [
  {
    name: 'ON CONFLICT DO UPDATE may be unbounded',
    file: source('modify'),
    find: '{ columns, values, ...(unbounded && { unbounded: true }) }',
    replace: '{ columns, values }',
    tests,
  },
  {
    name: 'its own condition bounds it',
    file: source('modify'),
    find: ' && isUnbounded(where, rowsOf(walk, target.range, inner))\n',
    replace: '\n',
    tests,
  },
  {
    name: 'each arm of a set operation brings its rows',
    file: source('own-rows'),
    find: '      waiting.push(...arms)\n',
    replace: '      waiting.push(...arms.slice(0, 1))\n',
    tests,
  },
  {
    name: 'what a query gives beside a list counts',
    file: source('own-rows'),
    find: '    if (others.length > 0) return false\n',
    replace: '',
    tests,
  },
  {
    name: 'an expression may give several rows',
    file: source('own-rows'),
    find: "    if (name !== undefined && namesSet(walk, textOf(name, 'sval'))) return true\n",
    replace: '',
    tests,
  },
  {
    name: 'an operator may give several rows',
    file: source('own-rows'),
    find: 'catalog.routines.get(id)?.returnsSet !== false',
    replace: 'false',
    tests,
  },
  {
    name: 'a subquery brings its rows',
    file: source('own-rows'),
    find: "waiting.push(bodyOf(subquery, 'SelectStmt') ?? subquery)",
    replace: 'continue',
    tests,
  },
  {
    name: 'only some functions take apart what they are passed',
    file: source('own-rows'),
    find: ' || !takingApart.has(written.name)',
    replace: '',
    tests,
  },
  {
    name: 'a list is passed, not computed',
    file: source('own-rows'),
    find: " && listOf(call, 'args').every((value) => isGiven(value, 0))",
    replace: '',
    tests,
  },
  {
    name: 'a function of a user by that name may do anything',
    file: source('own-rows'),
    find: 'routines.every(({ builtin }) => builtin)',
    replace: 'routines.length > 0',
    tests,
  },
]
