const catalog = (name) => `packages/adapter-pg/src/catalog/${name}.ts`
const tests = ['packages/adapter-pg/test/catalog/build-catalog.test.ts']

/** What compares values that are made of others: rows and arrays. */
export const madeOfTypeGuards = [
  {
    name: 'a row may be compared by a class of its own',
    file: catalog('build-catalog'),
    find: 'types.get(relation.rowType)?.comparisons ?? []',
    replace: 'noFunctions',
    tests,
  },
  {
    name: 'arrays of values may be compared by a class of their own',
    file: catalog('types'),
    find: 'array === 0 ? [id] : [id, array]',
    replace: '[id]',
    tests,
  },
  {
    name: 'checks of tables are those of no array',
    file: catalog('types'),
    find: 'array === 0 ? [id] : [id, array]',
    replace: '[id, array]',
    tests,
  },
  {
    name: 'a value of any type may be of one whose bounds are compared',
    file: 'packages/adapter-pg/src/analyzer/routine-effects.ts',
    find: 'if (walk.catalog.checksValues) walk.opaque',
    replace: 'if ([...walk.catalog.types.values()].some(({ functions }) => functions.length > 0)) walk.opaque',
    tests: ['packages/adapter-pg/test/analyzer/definitions.test.ts'],
  },
]
