const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const catalog = (name) => `packages/adapter-pg/src/catalog/${name}.ts`
const effects = ['packages/adapter-pg/test/analyzer/effects.test.ts']

/** The PostgreSQL analyzer: every column that is read or written is listed, for rules that name columns. */
export const analyzerColumnGuards = [
  {
    name: 'a write whose columns are not known sets each of them',
    file: source('relation-changes'),
    find: 'asked.columns ?? allColumns(relation)',
    replace: 'asked.columns ?? new Set<string>()',
    tests: effects,
  },
  {
    name: 'a write through a view sets the columns that the view names',
    file: source('relation-changes'),
    find: '{ columns: namedColumns(view, relation) }',
    replace: '{ columns: change.columns ?? noColumns }',
    tests: effects,
  },
  {
    name: 'a view of whole rows may set every column',
    file: source('relation-changes'),
    find: "named.has('*') ? allColumns(relation) : named",
    replace: 'named',
    tests: effects,
  },
  {
    name: 'a change through a view looks at the columns that the view names',
    file: source('relation-changes'),
    find: "event === 'insert' ? noColumns : queryColumns(view, relation)",
    replace: 'noColumns',
    tests: effects,
  },
  {
    name: 'only a rule that says INSTEAD keeps a change from the table behind the view',
    file: source('relation-changes'),
    find: 'rule.event === event && rule.instead',
    replace: 'rule.event === event',
    tests: effects,
  },
  {
    name: 'a table is changed again where further columns are set',
    file: source('relation-changes'),
    find: '    return known.size > before\n',
    replace: '    return false\n',
    tests: effects,
  },
  {
    name: 'a whole row in a view is every column',
    file: catalog('relations'),
    find: 'else named.delete(whole)',
    replace: '',
    tests: effects,
  },
  {
    name: 'the row of a join in a view is every column of what is joined',
    file: catalog('relations'),
    find: 'if (whole === undefined) named.clear()\n      else ',
    replace: 'if (whole !== undefined) ',
    tests: effects,
  },
  {
    name: 'what is behind one view is read again behind another',
    file: source('relation-reads'),
    find: '  return known.size > before\n',
    replace: '  return false\n',
    tests: effects,
  },
]
