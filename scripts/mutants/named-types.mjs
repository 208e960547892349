const tests = ['packages/adapter-pg/test/door/named-types.int.test.ts']

/** Calls that make a value of a type by its name. */
export const namedTypeGuards = [
  {
    name: "a literal in a call by the name of a user's type becomes a value of it",
    file: 'packages/adapter-pg/src/analyzer/literals.ts',
    find: '  if (type?.builtin === false) settleCast(',
    replace: '  if (type?.builtin === undefined && type !== undefined) settleCast(',
    tests,
  },
  {
    name: 'a row type is none',
    file: 'packages/adapter-pg/src/analyzer/names.ts',
    find: "return type.kind === 'composite' ? undefined : type",
    replace: 'return type',
    tests,
  },
  {
    name: 'what is temporary hides no type of which a call makes a value',
    file: 'packages/adapter-pg/src/analyzer/names.ts',
    find: '  for (const schema of functionSchemas(walk, written.schema)) {\n    const type',
    replace: '  for (const schema of schemasFor(walk, written)) {\n    const type',
    tests,
  },
]
