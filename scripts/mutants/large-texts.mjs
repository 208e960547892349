const analyzer = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`

/** Texts whose analysis would take long. */
export const largeTextGuards = [
  ['steps are counted', analyzer('walk'), '    this.#steps += steps\n', ''],
  [
    'what is beyond is opaque',
    analyzer('walk'),
    "    this.opaque('too complex', 'script')\n    return false",
    '    return false',
  ],
  ['names cost what they are looked for in', analyzer('columns'), '  if (!walk.afford(scope.reach)) return\n', ''],
  [
    'columns cost something where they are handed on',
    analyzer('output-columns'),
    'walk.afford(starred?.length ?? 1)',
    'walk.afford(0)',
  ],
  ['arguments are looked at once', analyzer('type-of'), 'if (!known.has(argument)) ', ''],
  [
    'going through all tables costs them',
    analyzer('walk'),
    'this.afford(this.catalog.relations.size)',
    'this.afford(0)',
  ],
  ['each table that is read costs something', analyzer('relation-reads'), '!walk.afford(1) || !reaches', '!reaches'],
  ['each table that is changed costs something', analyzer('relation-changes'), 'if (!walk.afford(1)) return', ''],
  ['each table that is locked costs something', analyzer('relation-reads'), '!walk.afford(1) || seen.has', 'seen.has'],
  [
    'each table that is looked up costs something',
    analyzer('relation-changes'),
    'relation === undefined || !this.#walk.afford(1)',
    'relation === undefined',
  ],
  ['rights cost the names of those who get them', analyzer('receivers'), '!walk.afford(length)', '!walk.afford(0)'],
  ['operators cost what is below them', analyzer('type-of'), 'walk.afford(1) ? operatorType', 'true ? operatorType'],
  ['natural joins cost their columns', analyzer('joins'), 'walk.afford(names.length * items)', 'walk.afford(0)'],
  [
    'names in GROUP BY cost what they are looked for in',
    analyzer('output-references'),
    '  if (!walk.afford(scope.ranges.length)) return true\n',
    '',
  ],
].map(([what, file, find, replace]) => ({
  name: `in large texts ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: ['packages/adapter-pg/test/analyzer/large-texts.test.ts'],
}))
