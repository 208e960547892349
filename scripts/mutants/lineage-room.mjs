const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const calls = ['packages/adapter-pg/test/lineage/total-calls.test.ts']
const guard = (name, file, find, replace, by = tests) => ({ name, file: source(file), find, replace, tests: by })
const growth = 'total-growth'

/** Values that get near a gigabyte, where every value ends. */
export const lineageRoomGuards = [
  guard('what quotes is longer', growth, 'twice: Growth = () => 2', 'twice: Growth = () => 1'),
  guard(
    'bytes are written in letters',
    'total-functions',
    'grows: twice, literals: writesEncoding',
    'literals: writesEncoding',
    calls,
  ),
  guard('elements have heads', growth, 'intoElements: Growth = () => 4', 'intoElements: Growth = () => 1'),
  guard(
    'a separator stands between elements',
    growth,
    '1 + bytesOf(separator) + bytesOf(missing)',
    '1 + bytesOf(missing)',
  ),
  guard('a word stands for what is missing', growth, ' + bytesOf(missing)', ''),
  guard('what is replaced gets longer', growth, 'bytesOf(to) / Math.max(1, bytesOf(from))', '1'),
  guard('by bytes', growth, 'new TextEncoder().encode(value).length', 'value.length'),
  guard('a format may quote', growth, "format.includes('L') ? 2 : 1", '1'),
  guard('not every format quotes', growth, "format.includes('L') ? 2 : 1", '2'),
  guard('what a call makes takes its room', 'totality', '  walk.flows.multiply(before.size, growth.atOnce)\n', ''),
  guard('JSON gets its quotes where it is written', growth, 'rule.makesJson === true', 'false'),
  guard('arrays get their quotes where they are written', growth, "|| name.endsWith('[]')", ''),
  guard('also by a cast', 'totality', '  if (swells(walk.catalog, source)) walk.flows.multiply(before, 2)\n', ''),
  guard('later calls are told', 'totality', '  walk.flows.multiply(before.size, growth.later)\n', ''),
  guard('numbers are written out', 'room', 'longestNumber * numbers', '0 * numbers'),
  guard('numbers without quotes are', 'room', "['sval', 'fval', 'bsval']", "['sval', 'bsval']"),
  guard('blanks take room', 'totality', 'walk.flows.grow(roomOfBlanks(modifiers))', ''),
  guard('calls without arguments take some', 'totality', '  walk.flows.grow(roomOfCall)\n', ''),
  guard('constants in an array of rows take room', 'expressions', '    walk.flows.grow(roomOfCall)\n', ''),
  guard(
    'each value of COALESCE may be the one',
    'flows',
    '    this.#frame.collations += collations\n    this.#frame.size += size\n  }',
    '    this.#frame.collations += collations\n  }',
  ),
  guard(
    'each value of COALESCE brings its collation',
    'flows',
    '    this.#frame.collations += collations\n    this.#frame.size += size\n  }',
    '    this.#frame.size += size\n  }',
  ),
  guard(
    'a row has to be sent',
    'targets',
    '  if (!isLargeRow(columns)) return\n',
    '  if (columns !== undefined) return\n',
  ),
  guard('rows of VALUES, too', 'select', '  settleRow(walk, values ?? [])\n', ''),
  guard(
    'columns that nobody knows count',
    'targets',
    'columns.push({ name: undefined, flow: walk.flows.value(() => walk.visit(item, scope), false) })',
    'walk.flows.value(() => walk.visit(item, scope), false)',
  ),
  guard('a column that is given twice is sent twice', 'room', 'if (stored.size === known)', 'if (!flow.plain)'),
  guard('a column that is given once is not counted', 'room', 'if (flow.plain) stored.add', 'if (false) stored.add'),
  guard(
    'it may be made of any number of values',
    'room',
    'flow.size === Infinity ? unknownRoom : flow.size',
    'Math.min(flow.size, unknownRoom)',
  ),
  guard(
    'what users made may come first',
    'overloads',
    'return catalogFirst(walk) || routines.every(({ builtin }) => builtin) ? exact : undefined',
    'return exact',
  ),
  guard(
    'an aggregate keeps the values of all rows',
    'totality',
    'walk.flows.multiply(before.size, rowsGathered(walk, args, scope))',
    '',
  ),
  guard(
    'an aggregate may be of a query around',
    'row-count',
    '!args.some((argument) => namesOwn(argument, scope))',
    'args.length === 0',
  ),
  guard(
    'columns around are not its own',
    'row-count',
    'found !== undefined && scope.ranges.includes(found.range)',
    'found !== undefined',
  ),
  guard('a join has rows of both sides', 'row-count', 'return (left + 1) * (right + 1)', 'return left + right'),
  guard(
    'a subquery may have any number of rows',
    'row-count',
    'Math.min(limitOf(query), values > 0 ? values : Infinity)',
    '1',
  ),
  guard('groups have rows without a value', 'one-row', 'notNull && names.has(name)', 'names.has(name)'),
  guard(
    'what joins multiplies the rows of a key',
    'one-row',
    'relation === undefined || others.length + otherRanges.length > 0) return undefined',
    'relation === undefined) return undefined',
  ),
]
