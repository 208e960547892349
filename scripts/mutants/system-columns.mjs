const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts']

/** Names of system columns: the innermost item that has one is meant, and an item without one may be called so. */
export const systemColumnGuards = [
  {
    name: 'an item with rows of its own has them',
    file: source('columns'),
    find: '      const column = columnOf(range, name)\n',
    replace: '      const column = range.columns?.get(name)\n',
    tests,
  },
  {
    name: 'they have types of their own',
    file: source('resolve-column'),
    find: '      const column = columnOf(range, name)\n',
    replace: '      const column = range.columns?.get(name)\n',
    tests,
  },
  {
    name: 'they are grouped by before the select list is looked at',
    file: source('output-references'),
    find: 'columnOf(range, name) !== undefined',
    replace: 'range.columns?.has(name) === true',
    tests,
  },
]
