const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts']

/** Columns that are of another type, or at another place, than the text lets one think. */
export const placeOfColumnGuards = [
  {
    name: 'a column that a join makes of two types has neither for sure',
    file: source('joins'),
    find: '    if (ours === undefined || ours !== theirs) scope.mix(name)\n',
    replace: '',
    tests,
  },
  {
    name: 'a column that a join makes of two unknown ones has no known type',
    file: source('joins'),
    find: 'ours === undefined || ours !== theirs',
    replace: 'ours !== theirs',
    tests,
  },
  {
    name: 'what a join makes of two types is so in conditions, too',
    file: source('scope'),
    find: 'new Scope(this.parent, this.#commonTables, this.#mixed)',
    replace: 'new Scope(this.parent, this.#commonTables)',
    tests,
  },
  {
    name: 'no item alone tells the type of a column that a join makes of two',
    file: source('resolve-column'),
    find: '    if (level.isMixed(name)) return undefined\n',
    replace: '',
    tests,
  },
  {
    name: 'fields behind a star in a row are at no known place',
    file: source('operators'),
    find: 'fields?.some(isStar) === true ? undefined : fields',
    replace: 'fields',
    tests,
  },
  {
    name: 'fields behind a star beside a subquery may be compared with any',
    file: source('expressions'),
    find: '    applyOperator(walk, operator, undefined, undefined)\n',
    replace: '',
    tests,
  },
  {
    name: 'columns behind a star in VALUES are at no known place',
    file: source('output-columns'),
    find: '  if (arms.some((items) => items.some(isStar))) return undefined\n',
    replace: '',
    tests,
  },
  {
    name: 'the fields of a value are a star, too',
    file: source('stars'),
    find: 'fields.at(-1) ?? steps.at(-1)',
    replace: 'fields.at(-1)',
    tests,
  },
  {
    name: 'a number in ORDER BY stands for a column',
    file: source('output-references'),
    find: 'constantInteger(node) !== undefined || ',
    replace: '',
    tests,
  },
]
