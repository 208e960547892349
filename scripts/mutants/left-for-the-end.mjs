const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const analyzer = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const int = ['packages/adapter-pg/test/door/left-for-the-end.int.test.ts']

const facts = ['packages/adapter-pg/test/analyzer/facts.test.ts']

/** What the statements of a transaction leave for its end. */
export const leftForTheEndGuards = [
  ['is noted', door('statement-flow'), '    this.left.began(run)\n', ''],
  ['is over with the transaction', door('statement-flow'), "    if (after === 'I') this.left.over()\n", ''],
  ['may be work of functions', door('left-work'), "duty === 'execute' || duty === 'opaque'", "duty === 'opaque'"],
  ['is asked about before COMMIT', door('connection'), '      this.#flow.left.assertMayEnd(run)\n', ''],
  ['is asked about before a COMMIT that was bound', door('extended'), '      this.#flow.left.assertMayEnd(run)\n', ''],
  ['is asked about before Sync', door('extended'), 'if (refusal !== undefined) this.#refuseMessage(refusal)', ''],
  ['runs at COMMIT', analyzer('transactions'), "verb === 'commit' || verb === 'prepare'", "verb === 'prepare'"],
  [
    'runs at PREPARE TRANSACTION',
    analyzer('transactions'),
    "verb === 'commit' || verb === 'prepare'",
    "verb === 'commit'",
    facts,
  ],
  ['runs at SET CONSTRAINTS', analyzer('connection-commands'), '  walk.runsDeferred = true\n', ''],
].map(([what, file, find, replace, tests = int]) => ({
  name: `what is left for the end of a transaction ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [tests].flat(),
}))
