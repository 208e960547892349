const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/effects.test.ts']

/** What a statement looks at besides, or runs, although its text does not say so. */
export const oldRowGuards = [
  {
    name: 'a rule reads the rows that are changed',
    file: source('relation-changes'),
    find: "      if (readsOwnRows(event, use.commands)) readRelation(walk, relation, everything, { via: 'rule' })\n",
    replace: '',
    tests,
  },
  {
    name: 'a rule for new rows reads others only with more than values',
    file: source('relation-changes'),
    find: "event === 'insert' ? [...commands].some((command) => command !== 'insert') : commands.size > 0",
    replace: "commands.size > 0 && event !== ''",
    tests,
  },
  {
    name: 'a query in a rule for new rows may read any row',
    file: source('relation-changes'),
    find: "[...commands].some((command) => command !== 'insert')",
    replace: 'false',
    tests,
  },
  {
    name: 'a trigger that stands for a change gets the old rows',
    file: source('relation-changes'),
    find: "    if (instead && event !== 'insert') readRelation(walk, relation, everything, { via: 'trigger' })\n",
    replace: '',
    tests,
  },
  {
    name: 'EXPLAIN reads the settings that it estimates with',
    file: source('explain'),
    find: "duty === 'read' && resource.startsWith('setting:')",
    replace: "duty === 'read' && resource.startsWith('no setting:')",
    tests,
  },
  {
    name: 'REINDEX of a database runs event triggers',
    file: source('maintenance'),
    find: "    if (maintenance === 'reindex') runEventTriggers(walk)\n",
    replace: '',
    tests: ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts'],
  },
  {
    name: 'what is made in a new schema of the present role is in it',
    file: source('define-objects'),
    find: "named === '' ? roleName(walk, nodeOf(body, 'authrole')) : named",
    replace: 'named',
    tests: ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts'],
  },
]
