const source = (name) => `packages/adapter-pg/src/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const [checks, values, catalog] = [
  source('analyzer/write-checks'),
  source('analyzer/written-values'),
  source('catalog/write-checks'),
]
const guard = (name, file, find, replace = '', by = tests) => ({ name, file, find, replace, tests: by })

/** What the server compares with what is written: each entry would let a writer ask for a protected value. */
export const lineageWriteGuards = [
  guard('writes are followed', source('analyzer/relation-changes'), 'this.checks.follow(relation, {', 'void ({'),
  guard('what writes look up is noted', source('analyzer/relation-changes'), 'changes.checks.finish()'),
  guard('a foreign table is compared elsewhere', checks, "if (relation.kind === 'foreign-table')", 'if (false)'),
  guard('a row that fails tells of what stays', checks, 'this.#tell(relation, write.kept(names))', 'void 0'),
  guard(
    'a check that is not valid is met by any update',
    checks,
    "(kind === 'late' || write.reaches(names))",
    'write.reaches(names)',
  ),
  guard(
    'what is compared in another way is told',
    checks,
    "if (kind === 'compared') this.#tell(relation, names)\n",
    "if (kind === 'compared') void 0\n",
  ),
  guard('a unique index compares', checks, 'else this.#compare(relation, names, write)', 'else void 0'),
  guard(
    'a foreign key is looked up',
    checks,
    'for (const id of new Set(relation.references))',
    'for (const id of new Set<number>())',
  ),
  guard('rows that others point at tell', checks, "if (rows.event !== 'insert') for", 'if (false) for'),
  guard('the columns that others point at are told', checks, 'this.#tell(relation, own)\n'),
  guard(
    'the columns that point are told, too',
    checks,
    'if (other !== undefined) this.#tell(other, namesOf(other, columns))',
  ),
  guard('a default beside a value of the caller is told', checks, 'isChosen && write.hasDefault(name)', 'false'),
  guard('PERIOD is no equality', checks, 'isPeriod ? Infinity : count', 'count'),
  guard('any number of values is no lookup', checks, 'if (values === Infinity) {', 'if (false) {'),
  guard('an insert reaches every column', checks, "return this.event === 'insert' || names", 'return names'),
  guard('a generated column changes with what makes it', checks, 'column?.generated === true ?', 'false ?'),
  guard('what is not known may stay', checks, 'this.#values?.has(from) !== true', 'this.#values?.has(from) === false'),
  guard(
    'a column that an update does not name is not given',
    checks,
    "this.event !== 'insert' || this.#columns.has(name)",
    'this.#columns.has(name)',
  ),
  guard('0 stands for all columns', checks, ' || numbers.includes(0)'),
  guard('a lookup by writing says so', checks, 'values, written: true', 'values'),
  guard('what is looked up is read', checks, 'flows.everything.parts.add(sources)'),
  guard(
    'rows of a query are unknown',
    values,
    'return unknownValues(columns)',
    'return new Map(columns.map((column) => [column, 1]))',
  ),
  guard('a row that becomes many gives many values', values, 'isMany ? Infinity : 1', '1'),
  guard('each row counts', values, 'counts.reduce((sum, count) => sum + count, 0)', 'Math.max(...counts)'),
  guard('an element that is set leaves the others', values, "if (listOf(target, 'indirection').length > 0) continue"),
  guard('a default that reads a setting is chosen', values, 'isChosen ? Infinity : 0', '0'),
  guard(
    'what is computed may be many values',
    values,
    'name === undefined || more.length > 0) return Infinity',
    'name === undefined || more.length > 0) return 1',
  ),
  guard('what INSERT gave has to be known', values, 'excluded?.get(name) ?? Infinity', '0'),
  guard(
    'what INSERT gave another column is looked up',
    values,
    'name === column && inserted < Infinity',
    'inserted < Infinity',
  ),
  guard(
    'COPY gives any number of values',
    source('analyzer/copy'),
    'const values = unknownValues(columns)',
    'const values = new Map([...columns].map((column) => [column, 0]))',
  ),
  guard('columns that an index has besides are not compared', catalog, 'columns?.slice(0, keyColumns)', 'columns'),
  guard(
    'what an expression of a unique index is made of is compared',
    catalog,
    '[...keys.filter((key) => key !== 0), ...(used ?? [])]',
    'keys.filter((key) => key !== 0)',
  ),
  guard(
    'an index with a predicate compares in another way',
    catalog,
    "compared === 'unique' && used === null",
    "compared === 'unique'",
  ),
  guard('checks are kept', catalog, "add(at(relation), isValid ? 'row' : 'late', columns ?? [])"),
  guard('what makes a generated column may fail', catalog, "add(relation, 'row', generatedFrom)", 'void generatedFrom'),
  guard(
    'EXECUTE hands on that it writes',
    source('analyzer/prepared'),
    'sources: flowOf([{ column, resource }], false).sources, ...lookup',
    'sources: flowOf([{ column, resource }], false).sources, values: lookup.values',
  ),
  guard(
    'a write is denied in its own words',
    'packages/core/src/policy/mask-ruling.ts',
    'if (written === true) refuse',
    'if (false) refuse',
    ['packages/core/test/policy/masks.test.ts'],
  ),
]
