import type { Relation } from '../catalog/snapshot.js'
import { isGiven } from './lookups.js'
import { multiplies } from './own-rows.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/**
 * How many values a change gives each column: 0 for none that could be chosen, `Infinity` where nobody can tell. A column that
 * is not here may keep, in part or whole, what is stored.
 */
export type WrittenValues = ReadonlyMap<string, number>

/** What an INSERT gives its columns: a value for each row that stands in the text. */
export function insertedValues(
  walk: Walk,
  relation: Relation,
  named: readonly TreeNode[],
  query: TreeNode | undefined,
): WrittenValues {
  const columns = named.length > 0 ? named.map(columnOf) : [...relation.columns.keys()]
  const rows = query === undefined ? [] : listOf(bodyOf(query, 'SelectStmt') ?? query, 'valuesLists')
  if (query !== undefined && rows.length === 0) return unknownValues(columns)
  const lists = rows.map((row) => listOf(bodyOf(row, 'List') ?? {}, 'items'))
  // A row that becomes many may make another value each time.
  const isMany = lists.some((values) => values.some((value) => multiplies(walk, value)))
  const countOf = (column: string, value: TreeNode | undefined): number => {
    if (value === undefined || isDefault(value)) return defaultValues(walk, relation, column)
    if (isNull(value)) return 0
    return isMany ? Infinity : 1
  }
  return new Map(
    columns.map((column, at) => {
      // DEFAULT VALUES is a row of nothing.
      const counts = (lists.length > 0 ? lists : [[]]).map((values) => countOf(column, values[at]))
      return [column, counts.reduce((sum, count) => sum + count, 0)]
    }),
  )
}

/** What SET gives: one value, whichever rows get it. `excluded`: what INSERT gave. */
export function assignedValues(
  walk: Walk,
  relation: Relation,
  items: readonly TreeNode[],
  excluded?: WrittenValues,
): WrittenValues {
  const values = new Map<string, number>()
  for (const item of items) {
    const target = bodyOf(item, 'ResTarget') ?? {}
    // An element or a field is set: the others stay.
    if (listOf(target, 'indirection').length > 0) continue
    const column = textOf(target, 'name')
    values.set(column, valuesOf(walk, relation, column, nodeOf(target, 'val'), excluded))
  }
  return values
}

/** What INSERT of MERGE gives: the same to each row where it is a literal or a parameter. */
export function mergedValues(
  walk: Walk,
  relation: Relation,
  named: readonly TreeNode[],
  values: readonly TreeNode[],
): WrittenValues {
  const columns = named.length > 0 ? named.map(columnOf) : [...relation.columns.keys()]
  return new Map(columns.map((column, at) => [column, valuesOf(walk, relation, column, values[at])]))
}

/** Any number of values. */
export function unknownValues(columns: Iterable<string>): WrittenValues {
  return new Map(Array.from(columns, (column) => [column, Infinity]))
}

/**
 * How many values that the caller chose the default of a column gives: none where nobody but the one who defined it has a
 * say. One that reads a setting, or runs a function of a user, may give what the caller put there.
 */
export function defaultValues({ catalog }: Walk, relation: Relation, column: string): number {
  const number = relation.columns.get(column)?.number
  const isChosen = relation.defaults.some(
    ({ column: of, use }) =>
      of === number &&
      (use.settings.length > 0 ||
        use.drawsUnnamed ||
        use.functions.some((id) => catalog.routines.get(id)?.builtin !== true)),
  )
  return isChosen ? Infinity : 0
}

function valuesOf(
  walk: Walk,
  relation: Relation,
  column: string,
  value: TreeNode | undefined,
  excluded?: WrittenValues,
): number {
  if (value === undefined || isDefault(value)) return defaultValues(walk, relation, column)
  if (isNull(value)) return 0
  if (isGiven(walk, value)) return 1
  const [qualifier, name, ...more] = namesOf(listOf(bodyOf(value, 'ColumnRef') ?? {}, 'fields')) ?? []
  if (qualifier !== 'excluded' || name === undefined || more.length > 0) return Infinity
  const inserted = excluded?.get(name) ?? Infinity
  // What INSERT gave the column itself is compared there; what it gave another one is not.
  return name === column && inserted < Infinity ? 0 : inserted
}

function columnOf(item: TreeNode): string {
  return textOf(bodyOf(item, 'ResTarget') ?? {}, 'name')
}

function isDefault(value: TreeNode): boolean {
  return unwrap(value)?.type === 'SetToDefault'
}

function isNull(value: TreeNode): boolean {
  return flagOf(bodyOf(value, 'A_Const') ?? {}, 'isnull')
}
