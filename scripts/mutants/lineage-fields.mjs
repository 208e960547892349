const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']

/** Fields of rows, and what types values have in common. */
export const lineageFieldGuards = [
  {
    name: 'values of two types have none in common',
    file: source('type-of'),
    find: 'other === undefined && type < firstUserId',
    replace: 'type < firstUserId',
    tests,
  },
  {
    name: 'what is no field may be a function',
    file: source('function-calls'),
    find: ' && field !== undefined && !relation.collated.has(field.number)',
    replace: '',
    tests,
  },
  {
    name: 'a field may bring a collation',
    file: source('function-calls'),
    find: ' && !relation.collated.has(field.number)',
    replace: '',
    tests,
  },
  {
    name: 'a field of a field may be a function',
    file: source('function-calls'),
    find: 'index === 0 && isFieldOf(',
    replace: 'isFieldOf(',
    tests,
  },
  {
    name: 'what is read of a field is no column of a table',
    file: source('resolve-column'),
    find: ' || more !== undefined',
    replace: '',
    tests,
  },
]
