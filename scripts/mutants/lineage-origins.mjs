const file = (name) => `packages/adapter-pg/src/${name}.ts`
const origins = ['packages/adapter-pg/test/analyzer/view-lineage.test.ts']
const server = ['packages/adapter-pg/test/catalog/view-lineage.int.test.ts']
const traced = file('analyzer/column-origins')
const lineage = file('analyzer/view-lineage')

const guard = (tests, path, name, find, replace) => ({ name, file: path, find, replace, tests })

/** Where the values come from that views, partitions and generated columns give. */
export const lineageOriginGuards = [
  guard(
    origins,
    lineage,
    'what runs unknown code may tell anything',
    'if (tellsForeignValues(catalog, query)) return alike(view, [anyColumn])',
    '',
  ),
  guard(
    origins,
    lineage,
    'a view without a query may tell anything',
    'if (query === undefined) return alike(view, [anyColumn])',
    'if (query === undefined) return alike(view, [])',
  ),
  guard(
    origins,
    lineage,
    'a query that cannot be read gives everything',
    'if (stored === undefined) return alike(view, everythingIn(catalog, view))',
    'if (stored === undefined) return alike(view, [])',
  ),
  guard(
    origins,
    lineage,
    'a column that the query does not have gives everything',
    'if (made === undefined) return alike(view, everythingIn(catalog, view))',
    'if (made === undefined) continue',
  ),
  guard(origins, lineage, 'virtual columns may fail', '!column.virtual && ', ''),
  guard(
    origins,
    traced,
    'columns below count',
    'for (const { id, columns } of this.#below(relation)) if (columns.has(name)) this.add({ relation: id, column: name })',
    '',
  ),
  guard(origins, traced, 'columns above count', 'if (columns.has(name)) this.#above.set(keyOf(source), source)', ''),
  guard(
    origins,
    traced,
    'those beside do not',
    'if (columns.has(name)) this.#above.set(keyOf(source), source)',
    'if (columns.has(name)) this.add(source)',
  ),
  guard(origins, traced, 'ONLY leaves children out', 'relation === this.#alone ? [] : ', ''),
  guard(
    origins,
    traced,
    'what is generated counts',
    'if (column?.generated === true) this.#followGenerated(relation, column)',
    '',
  ),
  guard(
    origins,
    traced,
    'unknown code that generates may tell anything',
    'if (uses.some(({ use }) => tellsForeignValues(this.#catalog, use))) this.add(anyColumn)',
    '',
  ),
  guard(
    origins,
    traced,
    'where a row is stored tells of the key',
    'else if (places.has(name) && !relation.columns.has(name)) this.#followPartitions(relation)',
    '',
  ),
  guard(origins, traced, 'a key may be an expression', ' || partitionKey.includes(0)', ''),
  guard(
    origins,
    traced,
    'a partition tells of its key',
    'for (const key of keysOf(catalog, view)) {',
    'for (const key of keysOf(catalog, undefined)) {',
  ),
  guard(
    origins,
    traced,
    'so does one in a view',
    'for (const behind of relationsIn(catalog, each)) for (const key of keysOf(catalog, behind)) elsewhere.add(key)',
    '',
  ),
  guard(
    origins,
    traced,
    'statistics may tell anything',
    'relation === undefined || isSensitiveRelation(relation)',
    'relation === undefined',
  ),
  guard(
    origins,
    traced,
    'whole rows are every column',
    "else if (name === '*') for (const each of relation.columns.keys()) this.add({ relation: id, column: each })",
    '',
  ),
  guard(
    origins,
    traced,
    'too many may be any',
    'if (sources === undefined) return anywhere',
    'if (sources === undefined) return { ...anywhere, sources: [] }',
  ),
  guard(origins, traced, 'rows behind the policies of others may fail', ' && behind?.rowSecurity === false', ''),
  guard(
    origins,
    traced,
    'what is stored does not fail',
    'total: isStored || made?.total === true',
    'total: made?.total === true',
  ),
  guard(
    origins,
    traced,
    'a generated column is not plain',
    'plain: column?.generated === false',
    'plain: column !== undefined',
  ),
  guard(
    origins,
    file('analyzer/foreign-values'),
    'checks of domains run',
    'catalog.types.get(type)?.functions.some(runs)',
    'catalog.types.get(type)?.functions.some(() => false)',
  ),
  guard(origins, file('analyzer/foreign-values'), 'text that is run tells', '!harmless.has(rule.does)', 'false'),
  guard(
    server,
    file('catalog/stored-views-sql'),
    'a long query stays behind',
    ' OPERATOR(pg_catalog.<=) ${String(maxViewBytes)}',
    ' OPERATOR(pg_catalog.>) 0',
  ),
  guard(
    server,
    file('catalog/stored-views-sql'),
    'so do many',
    'r.until OPERATOR(pg_catalog.<=) ${String(maxViewsBytes)}',
    'r.until OPERATOR(pg_catalog.>) 0',
  ),
  guard(
    server,
    file('catalog/stored-views-sql'),
    'the short ones come first',
    'OVER (ORDER BY ${length}, w.oid)',
    'OVER (ORDER BY ${length} OPERATOR(pg_catalog.*) -1, w.oid)',
  ),
  guard(
    server,
    file('catalog/queries'),
    'what a column is generated from is asked',
    "${eq('g.relation', 'g.of')} AND",
    "false AND ${eq('g.relation', 'g.of')} AND",
  ),
]
