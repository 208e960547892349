import { describe, expect, it } from 'vitest'
import { plannedUse } from '../../src/catalog/planned-use.js'
import { expressionNodes } from '../../src/catalog/stored-tree.js'
import type { Routine } from '../../src/catalog/snapshot.js'

const routine = (id: number, language: string, volatility: Routine['volatility'], builtin = false): Routine => ({
  id,
  schema: 'public',
  name: `f${String(id)}`,
  kind: 'function',
  volatility,
  language,
  securityDefiner: false,
  arguments: [],
  defaults: 0,
  variadic: false,
  result: 23,
  returnsSet: false,
  outputs: [],
  argumentDefaults: undefined,
  builtin,
  extension: undefined,
})

const [immutable, stable, volatile, sql, stableSql, unknown, builtin, builtinSql, behindOperator] = [
  16_401, 16_402, 16_403, 16_404, 16_405, 16_499, 870, 1_215, 16_406,
]
const routines = new Map(
  [
    routine(immutable, 'plpgsql', 'immutable'),
    routine(stable, 'plpgsql', 'stable'),
    routine(volatile, 'plpgsql', 'volatile'),
    routine(sql, 'sql', 'immutable'),
    routine(stableSql, 'sql', 'stable'),
    routine(builtin, 'internal', 'immutable', true),
    routine(builtinSql, 'sql', 'immutable', true),
    routine(behindOperator, 'plpgsql', 'immutable'),
  ].map((each) => [each.id, each]),
)
const computed = (tree: string): readonly number[] =>
  plannedUse(tree, {
    routines,
    functionsOfOperator: (operator) => (operator === 16_500 ? [behindOperator] : []),
  }).functions.filter((id) => id !== builtin)

const column = '{VAR :varno 1 :varattno 1 :vartype 23 :location -1}'
const value = '{CONST :consttype 23 :constisnull false :constvalue 4 [ 1 0 0 0 0 0 0 0 ]}'
const absent = '{CONST :consttype 23 :constisnull true :constvalue <>}'
const call = (id: number, ...args: readonly string[]): string =>
  `{FUNCEXPR :funcid ${String(id)} :funcresulttype 23 :args ${args.length === 0 ? '<>' : `(${args.join(' ')})`} :location 7}`
const of = (type: string, ...args: readonly string[]): string => `{${type} :args (${args.join(' ')})}`
const operator = (...args: readonly string[]): string => `{OPEXPR :opno 16500 :opfuncid 0 :args (${args.join(' ')})}`

describe('what the planner may compute of a stored expression', () => {
  it.each([
    ['a call without arguments', call(immutable)],
    ['a call of values', call(immutable, value, value)],
    ['a call of NULL', call(immutable, absent)],
    ['inside a list', `(${column} ${call(immutable, value)})`],
    ['inside a call that waits', call(builtin, column, call(immutable, value))],
    ['of what a column in a branch may leave', call(immutable, of('CASEEXPR', value, column))],
    ['of what a column may fall out of', call(immutable, of('COALESCEEXPR', value, column))],
    ['of a strict call that may meet NULL', call(immutable, call(builtin, column, absent))],
    ['of a call whose other argument may be NULL', call(immutable, call(builtin, column, call(builtin, value)))],
    ['of a node that nobody knows', call(immutable, of('NEWEXPR', column))],
  ])('%s', (_, tree) => {
    expect(computed(tree)).toEqual([immutable])
  })

  it.each([
    ['a call of a column', call(immutable, column)],
    ['a call of a column and a value', call(immutable, column, value)],
    ['a call of what is made from a column', call(immutable, of('RELABELTYPE', call(builtin, column, value)))],
    ['an operator on a column', operator(column, value)],
    ['beside other conditions', of('BOOLEXPR', call(immutable, column), of('NULLTEST', column))],
    ['in a branch', of('CASEEXPR', call(immutable, column), value)],
    ['a stable function of a value', call(stable, value)],
    ['a volatile function of a value', call(volatile)],
    ['a value of a type', value],
    ['a function of the server in SQL over a column', call(immutable, call(builtinSql, column))],
  ])('but not: %s', (_, tree) => {
    expect(computed(tree)).toEqual([])
  })

  it('a function in SQL, whose body is put in its place, and whatever uses its result', () => {
    expect(computed(call(sql, column))).toEqual([sql])
    expect(computed(call(stableSql, column))).toEqual([stableSql])
    expect(new Set(computed(call(immutable, call(sql, column))))).toEqual(new Set([immutable, sql]))
  })

  it('a function that the catalog does not know', () => {
    expect(computed(call(unknown, column))).toEqual([unknown])
  })

  it('the function of an operator', () => {
    expect(computed(operator(value, value))).toEqual([behindOperator])
    expect(computed(`{SCALARARRAYOPEXPR :opno 16500 :opfuncid 0 :args (${value} ${value})}`)).toEqual([behindOperator])
  })

  it('values of types that checks go with', () => {
    const known = { routines, functionsOfOperator: () => [] }
    expect(plannedUse('{COERCEVIAIO :arg {FUNCEXPR :funcid 870 :args <>} :resulttype 16600}', known).types).toEqual([
      16_600,
    ])
    expect(plannedUse(`{COERCEVIAIO :arg ${column} :resulttype 16600}`, known).types).toEqual([])
    // A constant was made when it was stored.
    expect(plannedUse(value.replace('23', '16600'), known).types).toEqual([])
  })
})

describe('the text of a stored tree', () => {
  it('is read with what is escaped in it', () => {
    const tree = String.raw`({VAR :name \}\{\ :funcid\ 16401 :next 1} {CONST :a ({X :b 1} {Y}) :c 2})`
    expect(expressionNodes(tree)).toEqual([
      { type: 'VAR', own: String.raw`VAR :name \}\{\ :funcid\ 16401 :next 1`, children: [] },
      {
        type: 'CONST',
        own: 'CONST :a ( ) :c 2',
        children: [
          { type: 'X', own: 'X :b 1', children: [] },
          { type: 'Y', own: 'Y', children: [] },
        ],
      },
    ])
  })

  it.each(['{VAR', 'VAR}', '{A}}', '}{'])('is refused when braces do not pair: %s', (tree) => {
    expect(() => expressionNodes(tree)).toThrow(SyntaxError)
  })
})
