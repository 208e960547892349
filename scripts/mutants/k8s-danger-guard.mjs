const source = (name) => `packages/adapter-k8s/src/danger/${name}.ts`
const test = (name) => `packages/adapter-k8s/test/danger/${name}.test.ts`
/** Guards of one file of what is dangerous about objects and requests of Kubernetes. */
export const dangerGuards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({ name, file: source(file), find, replace, tests: tests.map(test) }))
