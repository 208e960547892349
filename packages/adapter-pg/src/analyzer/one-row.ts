import type { Relation } from '../catalog/snapshot.js'
import { unknownType } from './overloads.js'
import { resolveColumn } from './resolve-column.js'
import type { Scope } from './scope.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { typeOf } from './type-of.js'
import type { Walk } from './walk.js'

/**
 * Whether WHERE of a query leaves one row at most: it compares each column of a key of the one table that it reads with a
 * value that is the same for all rows. `scope` has the items of the query and sees those around it. An operator of users
 * counts as able to fail where it is judged.
 */
export function choosesByKey(walk: Walk, select: TreeNode, scope: Scope): boolean {
  const relation = onlyTable(select, scope)
  if (relation === undefined) return false
  const fixed = new Set(
    conjuncts(nodeOf(select, 'whereClause')).flatMap((part) => fixedColumn(walk, part, scope) ?? []),
  )
  return holdsKey(
    relation,
    [...relation.columns.values()].filter(({ name }) => fixed.has(name)),
  )
}

/** Whether GROUP BY of a query makes a group of each row of the one table that it reads: rows without a value are in one group. */
export function groupsByKey(select: TreeNode, scope: Scope): boolean {
  const relation = onlyTable(select, scope)
  const groups = listOf(select, 'groupClause').map((item) => columnIn(item, scope))
  if (relation === undefined) return false
  const names = new Set(groups.flatMap((group) => (group?.isOwn === true ? group.column : [])))
  return holdsKey(
    relation,
    [...relation.columns.values()].filter(({ name, notNull }) => notNull && names.has(name)),
  )
}

/** The one table that a query reads, where its keys hold for all rows that it has. */
function onlyTable(select: TreeNode, scope: Scope): Relation | undefined {
  const [item, ...others] = listOf(select, 'fromClause')
  const table = bodyOf(item, 'RangeVar')
  const [range, ...otherRanges] = scope.ranges
  const relation = range?.relation
  if (table === undefined || relation === undefined || others.length + otherRanges.length > 0) return undefined
  return hasAllRows(relation, flagOf(table, 'inh')) ? relation : undefined
}

function holdsKey({ keys }: Relation, columns: readonly { readonly number: number }[]): boolean {
  const numbers = new Set(columns.map(({ number }) => number))
  return keys.some((key) => key.every((number) => numbers.has(number)))
}

/** The key of a table says nothing of the rows of others that inherit from it. */
function hasAllRows({ children, kind }: Relation, withChildren: boolean): boolean {
  return kind === 'partitioned-table' || children.length === 0 || !withChildren
}

function conjuncts(where: TreeNode | undefined): readonly TreeNode[] {
  if (where === undefined) return []
  const conjunction = bodyOf(where, 'BoolExpr')
  return conjunction !== undefined && textOf(conjunction, 'boolop') === 'AND_EXPR'
    ? listOf(conjunction, 'args').flatMap(conjuncts)
    : [where]
}

/** The column of the query's own table that a condition gives one value. */
function fixedColumn(walk: Walk, condition: TreeNode, scope: Scope): string | undefined {
  const body = bodyOf(condition, 'A_Expr')
  const name = namesOf(listOf(body ?? {}, 'name')) ?? []
  if (body === undefined || textOf(body, 'kind') !== 'AEXPR_OP' || name.length !== 1 || name[0] !== '=')
    return undefined
  const [left, right] = [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')]
  return comparedColumn(walk, left, right, scope) ?? comparedColumn(walk, right, left, scope)
}

function comparedColumn(
  walk: Walk,
  node: TreeNode | undefined,
  value: TreeNode | undefined,
  scope: Scope,
): string | undefined {
  const own = columnIn(node, scope)
  if (own?.isOwn !== true) return undefined
  const [type, other] = [typeOf(walk, node, scope), typeOf(walk, value, scope)]
  if (type === undefined || other === undefined) return undefined
  const alike = comparedAlike.find((types) => types.has(type))
  if (alike === undefined || (other !== unknownType && !alike.has(other))) return undefined
  // A column around it may bring another collation, which takes more for equal.
  return isFixed(value, scope, texts.has(type)) ? own.column : undefined
}

interface ReferredColumn {
  readonly column: string
  readonly isOwn: boolean
  /** Whether it is surely under the collation of the database. */
  readonly isPlain: boolean
}

function columnIn(node: TreeNode | undefined, scope: Scope): ReferredColumn | undefined {
  const reference = bodyOf(node, 'ColumnRef')
  const found = reference === undefined ? undefined : resolveColumn(scope, reference)
  if (found === undefined) return undefined
  const { column, range } = found
  return { column, isOwn: scope.ranges.includes(range), isPlain: range.values.column(column)?.collations === 0 }
}

/** A literal, a parameter or a column of a query around this one; `isText`: under the collation of the database. */
function isFixed(node: TreeNode | undefined, scope: Scope, isText: boolean): boolean {
  if (bodyOf(node, 'A_Const') !== undefined || bodyOf(node, 'ParamRef') !== undefined) return true
  const cast = bodyOf(node, 'TypeCast')
  if (cast !== undefined) return isFixed(nodeOf(cast, 'arg'), scope, isText)
  const referred = columnIn(node, scope)
  return referred?.isOwn === false && (!isText || referred.isPlain)
}

/**
 * Types whose values are equal in the way in which their index tells them apart, also beside one of another type of the same
 * line. Others may become a type that has fewer values.
 */
const comparedAlike: readonly ReadonlySet<number>[] = [[20, 21, 23], [25, 1043], [26], [1082], [1700], [2950]].map(
  (types) => new Set(types),
)

/** Those that a collation compares. */
const texts: ReadonlySet<number> = new Set([25, 1043])
