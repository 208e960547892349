/** Tests of the adapter for Kubernetes, by their names within its folder. */
export const test = (...names) => names.map((name) => `packages/adapter-k8s/test/${name}.test.ts`)

/** Guards of one of its files: their names, what is found, and what is put in its place. */
export const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/adapter-k8s/src/${file}.ts`,
    find,
    replace,
    tests,
  }))
