const source = (name) => `packages/adapter-pg/src/${name}.ts`
const tests = ['packages/adapter-pg/test/door/compared-builtins.int.test.ts']

/** Default operator classes that users made for types of the server. */
export const comparedBuiltinGuards = [
  {
    name: 'any statement may compare',
    file: source('analyzer/analyse'),
    find: '    compareBuiltins(walk, statement.type)\n',
    replace: '',
    tests,
  },
  {
    name: 'statements about the connection compare nothing',
    file: source('analyzer/compared-builtins'),
    find: ' || comparesNothing.has(statement)',
    replace: '',
    tests,
  },
  {
    name: 'classes for types of users are no matter of every statement',
    file: source('catalog/types'),
    find: '.filter(([type]) => type < firstUserId)',
    replace: '',
    tests: ['packages/adapter-pg/test/catalog/build-catalog.test.ts'],
  },
]
