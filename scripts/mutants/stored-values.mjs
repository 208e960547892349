const tests = ['packages/adapter-pg/test/door/stored-values.int.test.ts']

/** Values that views keep being made, and columns that are written like functions. */
export const storedValueGuards = [
  {
    name: 'lists of columns behind functions in FROM make values',
    file: 'packages/adapter-pg/src/catalog/stored-use.ts',
    find: 'const handedOnKeys = new Set(\n  `vartype',
    replace: 'const handedOnKeys = new Set(\n  `coltypes funccoltypes typid vartype',
    tests,
  },
  {
    name: 'RETURNING of JSON names a type by another field',
    file: 'packages/adapter-pg/src/catalog/stored-use-sql.ts',
    find: '|typeId|typid|',
    replace: '|typeId|',
    tests: ['packages/adapter-pg/test/catalog/stored-use.test.ts'],
  },
  {
    name: 'a column of a row may be written like a function',
    file: 'packages/adapter-pg/src/analyzer/type-of.ts',
    find: '(mayBeRow(walk, infer(only)) || ',
    replace: '(',
    tests,
  },
  ...[
    ['of a function in FROM may be one of its value', 'columns', "range.mayBeValue ? 'value' : 'row'", "'row'"],
    [
      'of what is not known may be one of a value',
      'columns',
      "callAttribute(walk, column, 'value')",
      "callAttribute(walk, column, 'row')",
    ],
    ['may be a cast', 'function-calls', '  castByName(walk, written, undefined, false)\n', ''],
    ['may be the validator of a function', 'builtin-functions', ' fmgr_sql_validator', ''],
  ].map(([name, file, find, replace]) => ({
    name: `an attribute ${name}`,
    file: `packages/adapter-pg/src/analyzer/${file}.ts`,
    find,
    replace,
    tests: ['packages/adapter-pg/test/door/attributes.int.test.ts'],
  })),
]
