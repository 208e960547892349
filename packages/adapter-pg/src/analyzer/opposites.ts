import { sameExpression } from './condition-truth.js'
import { listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'

/**
 * Whether one of these conditions always holds because two of them are each other's opposite: `a IS NULL OR a IS NOT NULL`,
 * `a = 1 OR a <> 1`, `a OR NOT a`. A missing value counts as one, as in `a = a`. `wanted`: whether they are to be true, or false.
 */
export function holdOpposites(conditions: readonly TreeNode[], wanted: boolean): boolean {
  const said = conditions.flatMap((condition) => alternatives(condition, wanted, 0))
  // Lists of hundreds are written by programs.
  if (said.length > mostCompared) return false
  return said.some((one, at) => said.slice(at + 1).some((other) => areOpposite(one, other)))
}

const mostCompared = 32
const deepest = 50

/** What a condition is with OR, also where that stands in brackets or behind NOT. */
function alternatives(node: TreeNode, wanted: boolean, depth: number): readonly TreeNode[] {
  const { body, type } = unwrap(node) ?? { body: {}, type: '' }
  if (type === 'BoolExpr' && depth < deepest) {
    const operator = textOf(body, 'boolop')
    const isNot = operator === 'NOT_EXPR'
    if (isNot || (operator === 'OR_EXPR') === wanted)
      return listOf(body, 'args').flatMap((part) => alternatives(part, wanted !== isNot, depth + 1))
  }
  return [wanted ? asOperator(node) : oppositeOf(asOperator(node))]
}

function areOpposite(one: TreeNode, other: TreeNode): boolean {
  return isSame(oppositeOf(one), other) || isSame(oppositeOf(other), one) || isSame(otherHalf(one), other)
}

function isSame(one: TreeNode | undefined, other: TreeNode): boolean {
  if (one === undefined) return false
  const mirrored = withOperator(other, mirrors, true)
  return sameExpression(one, other) || (mirrored !== undefined && sameExpression(one, mirrored))
}

/** `a IS DISTINCT FROM 1` is as `a <> 1` is, where a missing value counts as one. */
function asOperator(node: TreeNode): TreeNode {
  const { body, type } = unwrap(node) ?? { body: {}, type: '' }
  const sval = type === 'A_Expr' ? distinctions.get(textOf(body, 'kind')) : undefined
  return sval === undefined ? node : { A_Expr: { ...body, kind: 'AEXPR_OP', name: [{ String: { sval } }] } }
}

/** The other of two conditions one of which always holds. */
function oppositeOf(node: TreeNode): TreeNode {
  const { body, type } = unwrap(node) ?? { body: {}, type: '' }
  if (type === 'BoolExpr' && textOf(body, 'boolop') === 'NOT_EXPR') return listOf(body, 'args')[0] ?? node
  if (type === 'NullTest') {
    const other = textOf(body, 'nulltesttype') === 'IS_NULL' ? 'IS_NOT_NULL' : 'IS_NULL'
    return { NullTest: { ...body, nulltesttype: other } }
  }
  if (type === 'BooleanTest') {
    const test = textOf(body, 'booltesttype')
    const other = test.startsWith('IS_NOT_') ? test.replace('NOT_', '') : test.replace('IS_', 'IS_NOT_')
    return { BooleanTest: { ...body, booltesttype: other } }
  }
  return withOperator(node, negators) ?? { BoolExpr: { boolop: 'NOT_EXPR', args: [node] } }
}

/** What holds wherever this does not, and somewhere else, too: `a >= 1` for `a <= 1`. */
function otherHalf(node: TreeNode): TreeNode | undefined {
  return withOperator(node, halves)
}

/** The same comparison with another operator of these, and its sides exchanged if they are to be. */
function withOperator(
  node: TreeNode,
  operators: ReadonlyMap<string, string>,
  isMirrored = false,
): TreeNode | undefined {
  const { body, type } = unwrap(node) ?? { body: {}, type: '' }
  const [left, right] = [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')]
  if (type !== 'A_Expr' || left === undefined || right === undefined) return undefined
  const kind = textOf(body, 'kind')
  const sval = operators.get(namesOf(listOf(body, 'name'))?.at(-1) ?? '')
  if (sval === undefined || (operators !== negators && kind !== 'AEXPR_OP')) return undefined
  const sides = isMirrored ? { lexpr: right, rexpr: left } : {}
  return { A_Expr: { ...body, ...sides, kind: negatedKinds.get(kind) ?? kind, name: [{ String: { sval } }] } }
}

const negators = bothWays([
  ['=', '<>'],
  ['<', '>='],
  ['>', '<='],
  ['~', '!~'],
  ['~*', '!~*'],
  ['~~', '!~~'],
  ['~~*', '!~~*'],
  ['BETWEEN', 'NOT BETWEEN'],
  ['BETWEEN SYMMETRIC', 'NOT BETWEEN SYMMETRIC'],
])
const negatedKinds = bothWays([
  ['AEXPR_OP_ANY', 'AEXPR_OP_ALL'],
  ['AEXPR_BETWEEN', 'AEXPR_NOT_BETWEEN'],
  ['AEXPR_BETWEEN_SYM', 'AEXPR_NOT_BETWEEN_SYM'],
])
const mirrors = bothWays([
  ['=', '='],
  ['<>', '<>'],
  ['<', '>'],
  ['<=', '>='],
])
const halves = bothWays([['<=', '>=']])
const distinctions: ReadonlyMap<string, string> = new Map([
  ['AEXPR_DISTINCT', '<>'],
  ['AEXPR_NOT_DISTINCT', '='],
])

function bothWays(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]))
}
