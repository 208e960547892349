const tests = ['packages/adapter-pg/test/analyzer/unbounded.test.ts']

/** Which conditions surely leave rows out. */
export const narrowingGuards = [
  [
    'one part of OR that says nothing lets every row through',
    'narrows',
    "(operator === 'AND_EXPR') === wanted",
    'true',
  ],
  ['what NOT says is the opposite', 'narrows', 'rows, !wanted, depth)', 'rows, wanted, depth)'],
  [
    'what is not understood narrows nothing',
    'narrows',
    '    default:\n      return false',
    '    default:\n      return true',
  ],
  [
    'of a view nobody knows what is never null',
    'narrows',
    "  if (isForNotNull && rows.target.relation?.kind === 'view') return false\n",
    '',
  ],
  [
    'what is made of a column that is never null is never null',
    'narrows',
    'return rowSubject(argument, rows)?.mayBeNull === true',
    'return true',
  ],
  [
    'a test for unknown is one of what may be null',
    'narrows',
    "(subject.mayBeNull || !test.endsWith('UNKNOWN'))",
    'true',
  ],
  [
    'a value is compared with something else',
    'narrowing-comparisons',
    '  if (!isApart(other, rows)) {',
    '  if (false) {',
  ],
  [
    'no row is compared with itself under another name',
    'narrowing-comparisons',
    'if (!namesTwin(other, rows) || strict.has(operator)) return true',
    'return true',
  ],
  [
    'every value of a row is its own',
    'narrowing-comparisons',
    'if (subjects.length < values.length || subjects.length === 0) return false',
    'if (subjects.length === 0) return false',
  ],
  [
    'the least of all rows leaves none out',
    'narrowing-comparisons',
    '  if (ordering.has(operator) && readsTarget(other, rows)) return false\n',
    '',
  ],
  ['a pattern that is all wildcards leaves none out', 'narrowing-comparisons', '/[^%_]/.test(pattern)', 'true'],
  [
    'a pattern that may match nothing leaves none out',
    'narrowing-comparisons',
    "(/^\\^?\\w(?![*?{])/.test(pattern) && !pattern.includes('|'))",
    'true',
  ],
  [
    'nothing is found everywhere',
    'narrowing-comparisons',
    'isAbout(left, right, rows) && isSolid(right)',
    'isAbout(left, right, rows)',
  ],
  ['an empty list leaves none out', 'narrowing-comparisons', '!isSolid(right) || ', ''],
  [
    'what is never null is distinct from null',
    'narrowing-comparisons',
    '    if (subject.mayBeNull || ',
    '    if (subject.mayBeNull !== undefined || ',
  ],
  [
    'an aggregate is always there',
    'narrowing-queries',
    '.some((type) => type in output))) return false',
    '.some((type) => type in output))) {}',
  ],
  [
    'what is never there is not there for every row',
    'narrowing-queries',
    "  if (!wanted && truthOf(where, rows.target, 0) === 'false') return false\n",
    '',
  ],
  [
    'every row is in its own relation',
    'narrowing-queries',
    '!readsTarget(query, rows) || ',
    '!readsTarget({}, rows) || ',
  ],
  ['a group of one row gives every row', 'narrowing-queries', '!columns.includes(group) && ', ''],
  [
    'what a subquery does not have means the row around it',
    'about-target',
    'if (isInside) return columns !== undefined && !columns.has(name) && target.columns?.has(name) === true',
    'if (isInside) return false',
  ],
  ['a function may give the same for every value', 'row-subject', 'return calls(body) ? one(', 'return true ? one('],
  ['a value less itself is nothing', 'row-subject', 'others.length === 1 ? made(', 'others.length > 0 ? made('],
].map(([name, file, find, replace]) => ({
  name,
  file: `packages/adapter-pg/src/analyzer/${file}.ts`,
  find,
  replace,
  tests,
}))
