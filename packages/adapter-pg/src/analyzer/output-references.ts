import { constantInteger } from './constants.js'
import { flowsOf, type QueryFlow } from './column-flow.js'
import { applyOperator } from './operators.js'
import type { Scope } from './scope.js'
import { columnOf } from './system-columns.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/**
 * ORDER BY and DISTINCT ON: a number that is all of an item means the column in that place of the select list, a name one of
 * its columns first; such a column was read where it stands there. Inside an expression a name never does (`findTargetlistEntrySQL92` of PostgreSQL's parse_clause.c),
 * nor anywhere in HAVING, WINDOW, LIMIT and OFFSET.
 */
export function visitByOutput(walk: Walk, items: readonly TreeNode[], outputs: Outputs, scope: Scope): void {
  for (const item of items) {
    const sorted = bodyOf(item, 'SortBy')
    const node = sorted === undefined ? item : nodeOf(sorted, 'node')
    const name = bareName(node)
    divertOutput(walk, node, outputs)
    const isOutput = constantInteger(node) !== undefined || (name !== undefined && outputs.names.has(name))
    if (!isOutput) walk.visit(item, scope)
    else if (sorted !== undefined) sortBy(walk, sorted)
  }
}

/** What a query gives, with the names of its select list. */
export interface Outputs extends QueryFlow {
  readonly names: ReadonlySet<string>
}

/** A column of the select list orders, groups or chooses rows, by its place or by its name, also by one that is not worked out. */
function divertOutput({ flows }: Walk, node: TreeNode | undefined, outputs: Outputs): void {
  const place = constantInteger(node)
  const name = bareName(node)
  if (place === undefined && name === undefined) return
  const { columns } = outputs
  if (columns === undefined) flows.divert(flowsOf(outputs))
  else if (place === undefined)
    flows.divert(columns.filter((column) => column.name === name || column.name === undefined).map(({ flow }) => flow))
  else flows.divert(columns.slice(place - 1, place).map(({ flow }) => flow))
}

/** The operator of `ORDER BY name USING <` and of `ORDER BY 1 USING <`: the column of the select list may be of any type. */
function sortBy(walk: Walk, body: TreeNode): void {
  const operator = namesOf(listOf(body, 'useOp')) ?? []
  if (operator.length > 0) applyOperator(walk, operator, undefined, undefined)
}

/** GROUP BY: a name that is all of an item means a column of FROM first, then one of the select list. */
export function visitGroups(walk: Walk, items: readonly TreeNode[], outputs: Outputs, scope: Scope): void {
  for (const item of items) {
    const nested = groupsIn(item)
    const name = bareName(item)
    if (nested !== undefined) visitGroups(walk, nested, outputs, scope)
    else if (name === undefined || !outputs.names.has(name) || hasColumn(walk, scope, name)) walk.visit(item, scope)
    if (nested === undefined) divertOutput(walk, item, outputs)
  }
}

/** What ROLLUP, CUBE, GROUPING SETS and parentheses hold; undefined for an expression. */
function groupsIn(item: TreeNode): readonly TreeNode[] | undefined {
  const set = bodyOf(item, 'GroupingSet')
  if (set !== undefined) return listOf(set, 'content')
  const row = bodyOf(item, 'RowExpr')
  return row !== undefined && textOf(row, 'row_format') === 'COERCE_IMPLICIT_CAST' ? listOf(row, 'args') : undefined
}

/** Whether an item of FROM at this very level has a column of this name, or may have it. */
function hasColumn(walk: Walk, scope: Scope, name: string): boolean {
  if (!walk.afford(scope.ranges.length)) return true
  return scope.ranges.some(
    (range) =>
      !range.hidden &&
      (columnOf(range, name) !== undefined || (range.columns === undefined && range.read !== undefined)),
  )
}

function bareName(node: TreeNode | undefined): string | undefined {
  const fields = listOf(bodyOf(node, 'ColumnRef') ?? {}, 'fields')
  return fields.length === 1 ? namesOf(fields)?.[0] : undefined
}
