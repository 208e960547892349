import { sameExpression } from './condition-truth.js'
import { listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'

/**
 * Whether one of these conditions always holds because two of them are each other's opposite: `a IS NULL OR a IS NOT NULL`,
 * `a = 1 OR a <> 1`, `a OR NOT a`. A missing value counts as one, as in `a = a`.
 */
export function holdOpposites(conditions: readonly TreeNode[]): boolean {
  // Lists of hundreds are written by programs.
  if (conditions.length > mostCompared) return false
  return conditions.some((one, at) => conditions.slice(at + 1).some((other) => areOpposite(one, other)))
}

const mostCompared = 32

function areOpposite(one: TreeNode, other: TreeNode): boolean {
  return isSame(oppositeOf(one), other) || isSame(oppositeOf(other), one)
}

function isSame(one: TreeNode | undefined, other: TreeNode): boolean {
  return one !== undefined && sameExpression(one, other)
}

/** The other of two conditions one of which always holds; undefined where it is not known. */
function oppositeOf(node: TreeNode): TreeNode | undefined {
  const { body, type } = unwrap(node) ?? { body: {}, type: '' }
  if (type === 'BoolExpr' && textOf(body, 'boolop') === 'NOT_EXPR') return listOf(body, 'args')[0]
  if (type === 'NullTest') {
    const other = textOf(body, 'nulltesttype') === 'IS_NULL' ? 'IS_NOT_NULL' : 'IS_NULL'
    return { NullTest: { ...body, nulltesttype: other } }
  }
  const isOperator = type === 'A_Expr' && textOf(body, 'kind') === 'AEXPR_OP' && nodeOf(body, 'lexpr') !== undefined
  const negator = isOperator ? negators.get(namesOf(listOf(body, 'name'))?.at(-1) ?? '') : undefined
  return negator === undefined ? undefined : { A_Expr: { ...body, name: [{ String: { sval: negator } }] } }
}

const negators: ReadonlyMap<string, string> = new Map([
  ['=', '<>'],
  ['<>', '='],
  ['<', '>='],
  ['>=', '<'],
  ['>', '<='],
  ['<=', '>'],
])
