import { unknownType } from './overloads.js'
import { targetName } from './output-names.js'
import { type OutputColumn, type Range, restColumns, type Scope } from './scope.js'
import { isStar } from './stars.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, type TreeNode } from './tree.js'
import { typeOf } from './type-of.js'
import type { Walk } from './walk.js'

/** The columns that a plain SELECT or VALUES gives; undefined when they are not plain to see. */
export function outputColumns(walk: Walk, body: TreeNode, scope: Scope): readonly OutputColumn[] | undefined {
  if (walk.isExhausted) return undefined
  const rows = listOf(body, 'valuesLists')
  if (rows.length > 0) return rowColumns(walk, rows, scope)
  const columns: OutputColumn[] = []
  for (const item of listOf(body, 'targetList')) {
    const target = bodyOf(item, 'ResTarget') ?? {}
    const starred = starColumns(target, body, scope)
    const name = targetName(target)
    if (!walk.afford(starred?.length ?? 1)) return undefined
    if (starred !== undefined) for (const column of starred) columns.push(column)
    else if (name === undefined) return undefined
    else columns.push({ name, type: settled(typeOf(walk, nodeOf(target, 'val'), scope)) })
  }
  return columns
}

/** The arms of a set operation give one type only when all of them give it. */
export function commonColumns(
  arms: readonly (readonly OutputColumn[] | undefined)[],
): readonly OutputColumn[] | undefined {
  const [first, ...others] = arms
  // Behind columns that are not known nothing is known of the places of others.
  const certain = arms.every((arm) => arm?.every(({ rest }) => rest !== true))
  return first?.map((column, index) => ({
    ...column,
    type: certain && others.every((arm) => arm?.[index]?.type === column.type) ? column.type : undefined,
  }))
}

/** `WITH t(a, b)`, `AS t(a, b)`: the first columns have other names. */
export function renameColumns(
  columns: readonly OutputColumn[] | undefined,
  names: readonly string[],
): readonly OutputColumn[] | undefined {
  if (columns === undefined) return undefined
  const renamed = columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }))
  const known = columns.findIndex(({ rest }) => rest === true)
  if (known === -1) return renamed
  // Names beyond the columns that are known are those of columns that are not.
  const others = names.slice(known).map((name) => ({ name, type: undefined }))
  return [...renamed.slice(0, known), ...others, ...(others.length > 0 ? [restColumns] : columns.slice(known))]
}

function rowColumns(walk: Walk, rows: readonly TreeNode[], scope: Scope): readonly OutputColumn[] | undefined {
  const arms = rows.map((row) => listOf(bodyOf(row, 'List') ?? {}, 'items'))
  if (arms.some((items) => items.some(isStar))) return undefined
  return commonColumns(
    arms.map((items) =>
      items.map((item, index) => ({
        name: `column${String(index + 1)}`,
        type: settled(typeOf(walk, item, scope)),
      })),
    ),
  )
}

/** What `*` or `t.*` stands for; undefined when the item is none, or its columns are not known. */
function starColumns(target: TreeNode, body: TreeNode, scope: Scope): readonly OutputColumn[] | undefined {
  const fields = listOf(bodyOf(nodeOf(target, 'val'), 'ColumnRef') ?? {}, 'fields')
  if (bodyOf(fields.at(-1), 'A_Star') === undefined) return undefined
  const qualifier = namesOf(fields.slice(0, -1)) ?? []
  if (qualifier.length > 0) {
    const range = scope.range(qualifier.at(-1) ?? '', qualifier.at(-2))
    return range === undefined ? undefined : rangeColumns(range)
  }
  // A join that merges columns gives them once and first.
  if (listOf(body, 'fromClause').some(merges)) return undefined
  const columns: OutputColumn[] = []
  for (const range of scope.ranges) {
    const own = range.hidden ? [] : rangeColumns(range)
    if (own === undefined) return undefined
    for (const column of own) columns.push(column)
  }
  return columns
}

function merges(item: TreeNode): boolean {
  const join = bodyOf(item, 'JoinExpr')
  if (join === undefined) return false
  if (flagOf(join, 'isNatural') || listOf(join, 'usingClause').length > 0 || nodeOf(join, 'alias') !== undefined)
    return true
  return merges(nodeOf(join, 'larg') ?? {}) || merges(nodeOf(join, 'rarg') ?? {})
}

function rangeColumns({ columns, complete, relation, types }: Range): readonly OutputColumn[] | undefined {
  if (columns === undefined) return undefined
  const known = [...columns].map(([name, own]) => ({
    name,
    type: relation?.columns.get(own)?.type ?? types?.get(name),
  }))
  // Where one is missing, nothing is known of the places of the others, which an alias may name anew.
  return complete ? known : [...known.map(({ name }) => ({ name, type: undefined })), restColumns]
}

/** A literal without a type becomes something else by what is around it. */
function settled(type: number | undefined): number | undefined {
  return type === unknownType ? undefined : type
}
