const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/analyzer/hidden-calls.test.ts']

/** Functions of users that a text calls without naming them, or by names that look like the server's. */
export const hiddenCallGuards = [
  {
    name: 'an operator on a domain goes before that on what it is over',
    file: source('operators'),
    find: '    !reachable.some((operator) => takesDomain(walk, operator, [left, right]))\n',
    replace: '    reachable.length > 0\n',
    tests,
  },
  {
    name: 'an operator counts that takes the domain on one side',
    file: source('operators'),
    find: '(operator.left === type || operator.right === type)',
    replace: '(operator.left === type && operator.right === type)',
    tests,
  },
  {
    name: 'NULLIF gives what its operator takes',
    file: source('type-of'),
    find: '  const other = right === unknownType ? left : right\n',
    replace: "  if (kind === 'AEXPR_NULLIF') return left\n  const other = right === unknownType ? left : right\n",
    tests,
  },
  {
    name: 'LIKE gives whatever a user’s operator gives',
    file: source('type-of'),
    find: "if (isTest && kind !== 'AEXPR_NULLIF')",
    replace: "if ((isTest || kind === 'AEXPR_LIKE') && kind !== 'AEXPR_NULLIF')",
    tests,
  },
  {
    name: 'a literal that a subquery gives is a text',
    file: source('expressions'),
    find: 'isKnown ? inner.result?.[index]?.type : undefined',
    replace: '(isKnown ? inner.result?.[index]?.type : undefined) ?? 705',
    tests,
  },
  {
    name: 'an argument with a name may be any that is declared',
    file: source('overloads'),
    find: "(bodyOf(argument, 'NamedArgExpr') === undefined ? infer(argument) : undefined)",
    replace: 'infer(argument)',
    tests,
  },
  {
    name: 'a variadic builtin is not exact with an array',
    file: source('overloads'),
    find: '  if (routine.variadic && !variadic) return false\n',
    replace: '',
    tests,
  },
  {
    name: 'CALL writes OUT arguments',
    file: source('overloads'),
    find: "return kind === 'procedure' && outputs.length > 0 ? outputs : declared",
    replace: 'return declared',
    tests,
  },
  {
    name: 'defaults count where OUT arguments are written',
    file: source('routine-effects'),
    find: '(call.arguments?.length ?? 0) >= passedArguments(routine).length',
    replace: '(call.arguments?.length ?? 0) >= routine.arguments.length',
    tests,
  },
  {
    name: 'SQL wants a type: casts for assignment of what surely comes',
    file: source('casts'),
    find: "    const hits = cast.target === target && cast.context !== 'explicit' && source !== undefined\n",
    replace: '    const hits = false\n',
    tests,
  },
  {
    name: 'SQL wants a type: casts for assignment of what may come',
    file: source('casts'),
    find: '(stored.has(cast.target) || walk.wanted.has(cast.target))',
    replace: 'stored.has(cast.target)',
    tests,
  },
  {
    name: 'SQL wants a type: implicit casts between types of the server',
    file: source('casts'),
    find: 'source >= firstUserId || target < firstUserId ||',
    replace: 'source >= firstUserId ||',
    tests,
  },
  ...[
    ['a condition of a join', "  if (part?.type === 'JoinExpr' || part?.type", '  if (part?.type'],
    ['a condition of ON CONFLICT', "  if (field === 'onConflictClause') wantIn(", "  if (field === '') wantIn("],
    [
      'what comes out of JSON',
      "  if (type === 'JsonOutput' || type === 'JsonTableColumn') ",
      "  if (type === 'none') ",
    ],
    ['bounds of a partition', "  if (type === 'PartitionBoundSpec') ", "  if (type === 'none') "],
    ['defaults of XMLTABLE', "  if (type === 'RangeTableFuncCol') wantDefault", "  if (type === 'none') wantDefault"],
    [
      'what operators behind IN give',
      '  if (results.some((result) => result !== bool)) ',
      '  if (results.length < 0) ',
    ],
    ...['A_Indices', 'BoolExpr', 'BooleanTest', 'CaseWhen', 'Constraint', 'CopyStmt', 'DeleteStmt', 'FuncCall'].map(
      field,
    ),
    ...['IndexStmt', 'InferClause', 'MergeStmt', 'MergeWhenClause', 'RangeTableFunc', 'RangeTableSample'].map(field),
    ...['SelectStmt', 'UpdateStmt', 'WindowDef', 'XmlExpr', 'XmlSerialize'].map(field),
  ].map(([name, find, replace]) => ({
    name: `SQL wants a type: ${name}`,
    file: source('wanted-types'),
    find,
    replace,
    tests,
  })),
  {
    name: 'oid is no system column',
    file: source('system-columns'),
    find: "new Set(['ctid', ",
    replace: "new Set(['oid', 'ctid', ",
    tests,
  },
  {
    name: 'views have no system columns',
    file: source('system-columns'),
    find: "relation.kind !== 'view' && ",
    replace: '',
    tests,
  },
  {
    name: 'queries and joins have no system columns',
    file: source('system-columns'),
    find: ' || relation === undefined || !systemColumns.has(name)) return false\n  return relation.kind',
    replace: ' || !systemColumns.has(name)) return false\n  return relation?.kind',
    tests,
  },
  {
    name: 'excluded has no system columns',
    file: source('system-columns'),
    find: 'if (hidden || ',
    replace: 'if (',
    tests,
  },
  {
    name: 'all settings are read where a function gives them',
    file: source('builtin-functions'),
    find: "'current_setting pg_show_all_settings'",
    replace: "'current_setting'",
    tests,
  },
  {
    name: 'a sequence is read where a function tells its last value',
    file: source('builtin-functions'),
    find: "'pg_sequence_last_value pg_get_sequence_data'",
    replace: "''",
    tests,
  },
  {
    name: 'other blanks than those of ASCII are part of a name',
    file: source('qualified-name'),
    find: '/[ \\t\\n\\r\\f]*(?:',
    replace: '/\\s*(?:',
    tests,
  },
  {
    name: 'what a trigger runs may also run in planning, where something else runs it, too',
    file: 'packages/adapter-pg/src/analyzer/effect-set.ts',
    find: "  else if (into['via'] === 'trigger') into['via'] = other['via']\n",
    replace: '',
    tests: ['packages/adapter-pg/test/analyzer/effect-set.test.ts'],
  },
]

function field(type) {
  return [type, `  ['${type}', { `, `  ['${type}', { [' ']: condition }],\n  ['no ${type}', { `]
}
