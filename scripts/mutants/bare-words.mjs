/** Values that are written as bare words. */
export const bareWordGuards = [
  ['of a setting whose name is quoted', 'setting-values', ` || token.endsWith('"')`, ''],
  ['of another statement than the first', 'bare-values', 'this.#readers = undefined\n', '\n'],
  ['that a trigger passes to its function', 'trigger-arguments', "this.#at = 'function'", "this.#at = 'outside'"],
].map(([what, file, find, replace]) => ({
  name: `bare words ${what} are not recorded`,
  file: `packages/adapter-pg/src/analyzer/${file}.ts`,
  find,
  replace,
  tests: ['packages/adapter-pg/test/analyzer/recorded-text.test.ts'],
}))
