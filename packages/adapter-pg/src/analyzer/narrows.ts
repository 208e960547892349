import type { TargetRows } from './about-target.js'
import { truthOf } from './condition-truth.js'
import { comparisonNarrows } from './narrowing-comparisons.js'
import { existsNarrows, memberNarrows } from './narrowing-queries.js'
import { holdOpposites } from './opposites.js'
import { isWholeRow, rowSubject } from './row-subject.js'
import { listOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'

/**
 * Whether a condition surely says something about each row of the target that a stored row need not fulfil: with AND, one part of it has
 * to; with OR, all of them, and no two may be opposites. What is not understood narrows nothing. `wanted`: whether rows pass where it is true, or where it is false.
 */
export function narrows(node: TreeNode | undefined, rows: TargetRows, wanted = true, depth = 0): boolean {
  const typed = unwrap(node)
  if (node === undefined || typed === undefined || depth > 200) return false
  // Nothing passes.
  if (truthOf(node, rows.target, depth) === (wanted ? 'false' : 'true')) return true
  const { body, type } = typed
  switch (type) {
    case 'BoolExpr':
      return partsNarrow(body, rows, wanted, depth + 1)
    case 'CurrentOfExpr':
      return wanted
    case 'ColumnRef':
    case 'CoalesceExpr':
    case 'TypeCast':
      return rowSubject(node, rows) !== undefined
    case 'BooleanTest':
      return testNarrows(body, rows, wanted, depth + 1)
    case 'NullTest':
      return nullNarrows(body, rows, wanted)
    case 'A_Expr':
      return comparisonNarrows(body, rows, wanted)
    case 'SubLink':
      return queryNarrows(body, rows, wanted, depth + 1)
    default:
      return false
  }
}

function queryNarrows(body: TreeNode, rows: TargetRows, wanted: boolean, depth: number): boolean {
  const isThere = textOf(body, 'subLinkType') === 'EXISTS_SUBLINK'
  const within = (where: TreeNode | undefined, own: TargetRows): boolean => narrows(where, own, true, depth)
  return (isThere ? existsNarrows : memberNarrows)(body, rows, wanted, within)
}

function partsNarrow(body: TreeNode, rows: TargetRows, wanted: boolean, depth: number): boolean {
  const parts = listOf(body, 'args')
  const operator = textOf(body, 'boolop')
  if (operator === 'NOT_EXPR') return narrows(parts[0], rows, !wanted, depth)
  const narrowing = (part: TreeNode): boolean => narrows(part, rows, wanted, depth)
  if ((operator === 'AND_EXPR') === wanted) return parts.some(narrowing)
  return parts.length > 0 && parts.every(narrowing) && !holdOpposites(parts, wanted)
}

/** `x IS TRUE`; with IS NOT and IS UNKNOWN, what is neither true nor false counts, which columns alone are known to be. */
function testNarrows(body: TreeNode, rows: TargetRows, wanted: boolean, depth: number): boolean {
  const argument = nodeOf(body, 'arg')
  const test = textOf(body, 'booltesttype')
  if (wanted && test === 'IS_TRUE') return narrows(argument, rows, true, depth)
  if (wanted && test === 'IS_FALSE') return narrows(argument, rows, false, depth)
  const subject = rowSubject(argument, rows)
  return subject !== undefined && (subject.mayBeNull || !test.endsWith('UNKNOWN'))
}

/** Of a view nobody knows which columns are never null. */
function nullNarrows(body: TreeNode, rows: TargetRows, wanted: boolean): boolean {
  const argument = nodeOf(body, 'arg')
  const isForNotNull = (textOf(body, 'nulltesttype') === 'IS_NOT_NULL') === wanted
  if (isForNotNull && rows.target.relation?.kind === 'view') return false
  if (isWholeRow(argument, rows)) {
    const columns = [...(rows.target.relation?.columns.values() ?? [])]
    return columns.some(({ notNull }) => notNull !== true)
  }
  return rowSubject(argument, rows)?.mayBeNull === true
}
