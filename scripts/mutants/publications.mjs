const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/effects.test.ts']

/** Who gets an object, and what a publication sends out. */
export const publicationGuards = [
  {
    name: 'a published table is read',
    file: source('publications'),
    find: '    readToDefine(walk, relation, columns)\n',
    replace: '',
    tests,
  },
  {
    name: 'tables of a published schema are read',
    file: source('publications'),
    find: 'if (schema !== undefined) readToDefine(walk, relation, everything)',
    replace: 'if (schema !== undefined) continue',
    tests,
  },
  {
    name: 'the condition of a published table is looked at',
    file: source('publications'),
    find: "    walk.visit(nodeOf(table, 'whereClause'), scope)\n",
    replace: '',
    tests,
  },
  {
    name: 'a new owner of a table is named',
    file: source('alter-table'),
    find: "if (subtype === 'AT_ChangeOwner') {",
    replace: "if (subtype === 'none') {",
    tests,
  },
  {
    name: 'REASSIGN OWNED names who gets everything',
    file: source('grants'),
    find: 'if (receiver !== undefined) grantTo',
    replace: 'if (receiver === null) grantTo',
    tests,
  },
  {
    name: 'CASCADE is said',
    file: source('tree'),
    find: "textOf(node, 'behavior') === 'DROP_CASCADE' ? { cascade: true } : {}",
    replace: '{}',
    tests: ['packages/adapter-pg/test/analyzer/definition-effects.test.ts'],
  },
]
