const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/effects.test.ts']

/** What the server's own catalog tells of settings and sequences. */
export const toldByCatalogGuards = [
  {
    name: 'the catalog tells settings and sequences',
    file: source('analyse'),
    find: '  tellFromCatalogs(walk)\n',
    replace: '',
    tests,
  },
  {
    name: 'a column of a catalog that tells settings is noticed',
    file: source('told-by-catalogs'),
    find: "  ['pg_roles', 'rolconfig', 'setting:*'],\n",
    replace: '',
    tests,
  },
  {
    name: 'other columns tell nothing',
    file: source('effect-set'),
    find: "if (names.has(column) || names.has('*')) return true",
    replace: 'if (names.has(column) || names.size > 0) return true',
    tests,
  },
]
