import { constantInteger } from './constants.js'
import { choosesByKey } from './one-row.js'
import type { Scope } from './scope.js'
import { bodyOf, flagOf, listOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** How many rows a query surely gives at most, whatever the values are; Infinity for any number. `scope` has its items. */
export function rowsAtMost(walk: Walk, query: TreeNode | undefined, scope: Scope): number {
  const select = bodyOf(query, 'SelectStmt')
  return select === undefined ? Infinity : Math.min(limitOf(select), rowsOf(walk, select, scope))
}

/** A constant LIMIT: rows that are equal to the last one come on top of it only where it says so. */
function limitOf(select: TreeNode): number {
  const limit = constantInteger(nodeOf(select, 'limitCount'))
  return limit === undefined || textOf(select, 'limitOption') === 'LIMIT_OPTION_WITH_TIES' ? Infinity : limit
}

function rowsOf(walk: Walk, select: TreeNode, scope: Scope): number {
  if (textOf(select, 'op') !== 'SETOP_NONE') return Infinity
  const values = listOf(select, 'valuesLists').length
  if (values > 0) return values
  if (listOf(select, 'fromClause').length === 0) return 1
  if (choosesByKey(walk, select, scope)) return 1
  return listOf(select, 'groupClause').length === 0 && gathersRows(walk, select) ? 1 : Infinity
}

/** An aggregate makes one row of all rows. */
function gathersRows(walk: Walk, select: TreeNode): boolean {
  return listOf(select, 'targetList').some((item) => {
    const call = bodyOf(nodeOf(bodyOf(item, 'ResTarget') ?? {}, 'val'), 'FuncCall')
    return call !== undefined && nodeOf(call, 'over') === undefined && isAggregate(walk, call)
  })
}

function isAggregate(walk: Walk, call: TreeNode): boolean {
  if (flagOf(call, 'agg_star')) return true
  const name = textOf(bodyOf(listOf(call, 'funcname').at(-1), 'String') ?? {}, 'sval')
  const routines = walk.catalog.routinesNamed(name)
  return routines.length > 0 && routines.every(({ builtin, kind }) => builtin && kind === 'aggregate')
}
