import { constantInteger } from './constants.js'
import { choosesByKey, groupsByKey } from './one-row.js'
import { resolveColumn } from './resolve-column.js'
import type { Scope } from './scope.js'
import { bodyOf, flagOf, listOf, nodeOf, textOf, type TreeNode, type TreeValue } from './tree.js'
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

/** How many rows an aggregate of the query at hand takes at most, by what it is passed. */
export function rowsGathered(walk: Walk, args: readonly TreeNode[], scope: Scope): number {
  const { select } = scope
  // One of columns of a query around this one alone is an aggregate of that one.
  if (select === undefined || !args.some((argument) => namesOwn(argument, scope))) return Infinity
  if (choosesByKey(walk, select, scope) || groupsByKey(select, scope)) return 1
  return listOf(select, 'fromClause').reduce((rows, item) => rows * rowsFrom(item), 1)
}

function namesOwn(value: TreeValue | undefined, scope: Scope): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return (value as readonly TreeValue[]).some((each) => namesOwn(each, scope))
  const node = value as TreeNode
  if (bodyOf(node, 'SubLink') !== undefined) return false
  const reference = bodyOf(node, 'ColumnRef')
  if (reference === undefined) return Object.values(node).some((each) => namesOwn(each, scope))
  const found = resolveColumn(scope, reference)
  return found !== undefined && scope.ranges.includes(found.range)
}

/** Functions among what a subquery gives may make more rows of one: LIMIT comes after these, and VALUES has none. */
function rowsFrom(item: TreeNode): number {
  const join = bodyOf(item, 'JoinExpr')
  if (join !== undefined) {
    const [left = Infinity, right = Infinity] = ['larg', 'rarg'].map((side) => rowsFrom(nodeOf(join, side) ?? {}))
    // What meets nothing may stay, on either side.
    return (left + 1) * (right + 1)
  }
  const query = bodyOf(nodeOf(bodyOf(item, 'RangeSubselect') ?? {}, 'subquery'), 'SelectStmt')
  if (query === undefined) return Infinity
  const values = listOf(query, 'valuesLists').length
  return Math.min(limitOf(query), values > 0 ? values : Infinity)
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
