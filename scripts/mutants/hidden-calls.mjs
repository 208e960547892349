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
    find: 'return isUsers ? undefined : types.bool',
    replace: 'return types.bool',
    tests,
  },
  {
    name: 'a literal that a subquery gives is a text',
    file: source('expressions'),
    find: 'typeOf(walk, tested, scope), inner.result?.[0]?.type)',
    replace: 'typeOf(walk, tested, scope), inner.result?.[0]?.type ?? 705)',
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
]
