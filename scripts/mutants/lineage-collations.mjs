const file = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const guard = (name, path, find, replace) => ({ name, file: file(path), find, replace, tests })

/** Which collation texts are under that are compared and looked into. */
export const lineageCollationGuards = [
  guard('two other collations are one too many', 'totality', '? 1 : 0) }', '? 9 : 0) }'),
  guard('under another collation, texts are not looked into', 'totality', '? 1 : 0) }', '? 1 : 1) }'),
  guard('what is not known counts as other ones', 'totality', 'collations = Infinity,', 'collations = 0,'),
  guard('COLLATE brings one', 'expressions', 'scope)\n  walk.flows.collate()', 'scope)'),
  guard('a cast may bring one', 'expressions', 'if (mayBringCollation(target)) walk.flows.collate()', ''),
  guard('a parameter may bring one', 'literals', 'if (mayBringCollation(type)) walk.flows.collate()', ''),
  guard('names have one of their own', 'totality', 'new Set([19, 1003])', 'new Set([1003])'),
  guard('lists of names, too', 'totality', 'new Set([19, 1003])', 'new Set([19])'),
  guard(
    'columns bring theirs',
    'flows',
    '    this.#count(counted)\n',
    '    this.#count({ ...counted, collations: 0 })\n',
  ),
  guard('columns of the server may have any', 'range-values', 'if (isSystemRelation(relation)) return Infinity', ''),
  guard('columns have what the catalog says', 'range-values', ' || relation.collated.has(column.number)', ''),
  {
    name: 'the catalog tells of them',
    file: 'packages/adapter-pg/src/catalog/keys-sql.ts',
    find: '(pg_catalog.>) 0 AND NOT ${isPlain',
    replace: '(pg_catalog.>) 0 AND false AND NOT ${isPlain',
    tests: ['packages/adapter-pg/test/catalog/keys.int.test.ts'],
  },
  guard('a key is compared under its own', 'one-row', '(!isText || referred.isPlain)', 'true'),
]
