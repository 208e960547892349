const analyzer = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const probe = 'packages/adapter-pg/src/catalog/state-probe.ts'
const probes = ['packages/adapter-pg/test/catalog/probe.int.test.ts']
const keys = ['packages/adapter-pg/test/door/casts-of-keys.int.test.ts']

/** What the door looks at of sequences and extensions, and casts that checks of foreign keys make. */
export const keyAndSequenceGuards = [
  ['a sequence that gets another owner is seen', probe, "  ['pg_sequence', 'seqrelid'],\n", '', probes],
  ['a function that joins an extension is seen', probe, "x.deptype OPERATOR(pg_catalog.=) 'e'", 'false', probes],
  [
    'checks of keys cast the other side',
    analyzer('relation-changes'),
    '    this.#walk.compareRows(relation)\n    runStored',
    '    runStored',
    keys,
  ],
  [
    'definitions that check keys cast the other side',
    analyzer('looked-at'),
    '      walk.compareRows(other)\n',
    '',
    keys,
  ],
  ['what keys compare is cast', analyzer('casts'), '[...walk.mentioned, ...walk.compared]', 'walk.mentioned', keys],
  [
    'bounds of ranges are compared by their own class',
    'packages/adapter-pg/src/catalog/comparing-sql.ts',
    "eq('c.oid', 'g.rngsubopc')",
    "eq('c.oid', 'g.rngtypid')",
    ['packages/adapter-pg/test/door/range-classes.int.test.ts'],
  ],
].map(([name, file, find, replace, tests]) => ({ name, file, find, replace, tests }))
