import { hides, isApart, type TargetRows } from './about-target.js'
import { truthOf } from './condition-truth.js'
import { readsTarget, twinsIn } from './twins.js'
import { constantInteger } from './constants.js'
import { rowSubject } from './row-subject.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'

/** Whether a condition narrows the rows that it is of. */
export type Narrowing = (where: TreeNode | undefined, rows: TargetRows) => boolean

/** `EXISTS (…)`: whether there is a row depends on the target's, by what its WHERE says of it by its name. */
export function existsNarrows(body: TreeNode, rows: TargetRows, wanted: boolean, narrows: Narrowing): boolean {
  const select = bodyOf(nodeOf(body, 'subselect'), 'SelectStmt')
  if (select === undefined || !isPlain(select) || hides(select, rows.target.name)) return false
  // An aggregate gives a row wherever there is none.
  const outputs = listOf(select, 'targetList').map((item) => nodeOf(bodyOf(item, 'ResTarget') ?? {}, 'val') ?? {})
  if (outputs.some((output) => !['A_Const', 'ColumnRef', 'ParamRef'].some((type) => type in output))) return false
  const where = nodeOf(select, 'whereClause')
  if (where === undefined) return false
  if (!wanted && truthOf(where, rows.target, 0) === 'false') return false
  return narrows(where, { ...rows, isInside: true, twins: twinsIn(select, rows) })
}

/** `x IN (SELECT …)`: no row of the target is in it by itself. */
export function memberNarrows(body: TreeNode, rows: TargetRows, wanted: boolean, narrows: Narrowing): boolean {
  const [test, query] = [nodeOf(body, 'testexpr'), nodeOf(body, 'subselect')]
  if (test === undefined || query === undefined || textOf(body, 'subLinkType') === 'EXPR_SUBLINK') return false
  const row = bodyOf(test, 'RowExpr')
  const values = row === undefined ? [test] : listOf(row, 'args')
  const subjects = values.flatMap((value) => rowSubject(value, rows) ?? [])
  if (subjects.length < values.length || !isApart({ subselect: query }, rows)) return false
  const select = bodyOf(query, 'SelectStmt') ?? {}
  if (isFromNothing(select)) return false
  const columns = subjects.map(({ column }) => column)
  if (wanted) return !readsTarget(query, rows) || isPart(select, columns, rows, narrows)
  return isSome(select, rows)
}

/** VALUES and what is from somewhere else are something. */
function isFromNothing(select: TreeNode): boolean {
  return (
    listOf(select, 'fromClause').length === 0 &&
    listOf(select, 'valuesLists').length === 0 &&
    nodeOf(select, 'larg') === undefined
  )
}

function isPlain(select: TreeNode): boolean {
  const limit = nodeOf(select, 'limitCount')
  return (
    listOf(select, 'fromClause').length > 0 &&
    listOf(select, 'groupClause').length === 0 &&
    nodeOf(select, 'havingClause') === undefined &&
    nodeOf(select, 'limitOffset') === undefined &&
    (limit === undefined || (constantInteger(limit) ?? 0) > 0)
  )
}

/** Whether a query over the target's relation gives a part of it: by its own WHERE, by LIMIT, or one row of several. */
function isPart(
  select: TreeNode,
  columns: readonly (string | undefined)[],
  rows: TargetRows,
  narrows: Narrowing,
): boolean {
  if (nodeOf(select, 'larg') !== undefined) return false
  const limit = nodeOf(select, 'limitCount')
  if (limit !== undefined && bodyOf(limit, 'A_Const')?.['isnull'] !== true) return true
  const where = nodeOf(select, 'whereClause')
  const twins = [...twinsIn(select, rows).values()]
  if (
    twins.length === 1 &&
    twins.every((target) => narrows(where, { ...rows, target, isInside: false, twins: new Map() }))
  )
    return true
  return isOneOfSeveral(select, columns, rows)
}

/** `max(id)`, of all or of each group of rows that another column makes. */
function isOneOfSeveral(select: TreeNode, columns: readonly (string | undefined)[], rows: TargetRows): boolean {
  const [only, ...more] = listOf(select, 'targetList').map((item) => nodeOf(bodyOf(item, 'ResTarget') ?? {}, 'val'))
  const name = namesOf(listOf(bodyOf(only, 'FuncCall') ?? {}, 'funcname'))?.at(-1)
  if (more.length > 0 || (name !== 'max' && name !== 'min')) return false
  return listOf(select, 'groupClause').every((item) => {
    const group = namesOf(listOf(bodyOf(item, 'ColumnRef') ?? {}, 'fields'))?.at(-1)
    return group !== undefined && !columns.includes(group) && rows.target.columns?.has(group) === true
  })
}

/** Whether a query may give any row at all. */
function isSome(select: TreeNode, rows: TargetRows): boolean {
  const where = nodeOf(select, 'whereClause')
  const limit = nodeOf(select, 'limitCount')
  return (
    (where === undefined || truthOf(where, rows.target, 0) !== 'false') &&
    (limit === undefined || (constantInteger(limit) ?? 0) > 0)
  )
}
