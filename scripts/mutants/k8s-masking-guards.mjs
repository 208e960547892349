const test = (name) => `packages/adapter-k8s/test/masking/${name}.test.ts`

/** Guards of a file of what masks answers of Kubernetes, which these tests notice. */
export const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/adapter-k8s/src/masking/${file}.ts`,
    find,
    replace,
    tests: tests.map(test),
  }))
