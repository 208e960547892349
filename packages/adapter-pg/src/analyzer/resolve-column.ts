import type { Relation } from '../catalog/snapshot.js'
import type { Range, Scope } from './scope.js'
import { columnOf } from './system-columns.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'

/** The relation whose row a name alone stands for, where it is no column: no item in sight may have one of that name. */
export function wholeRow(scope: Scope, body: TreeNode): Relation | undefined {
  const fields = listOf(body, 'fields')
  const name = bodyOf(fields[0], 'String')
  if (fields.length !== 1 || name === undefined) return undefined
  const written = textOf(name, 'sval')
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    for (const { hidden, columns, complete } of level.ranges) {
      if (!hidden && (!complete || columns?.has(written) === true)) return undefined
    }
  }
  return scope.range(written)?.relation
}

/** The column that `(t).f` means for a table t of FROM: a function of that name comes after it. */
export function rowField(
  scope: Scope,
  body: TreeNode,
): { readonly range: Range; readonly relation: Relation; readonly column: string } | undefined {
  const row = bodyOf(nodeOf(body, 'arg'), 'ColumnRef')
  const [name, more] = namesOf(listOf(body, 'indirection')) ?? []
  const relation = row === undefined ? undefined : wholeRow(scope, row)
  if (row === undefined || relation === undefined || name === undefined || more !== undefined) return undefined
  const range = scope.range(namesOf(listOf(row, 'fields'))?.[0] ?? '')
  const column = range?.columns?.get(name)
  return range === undefined || column === undefined ? undefined : { range, relation, column }
}

/** Finds the item and the own name of the column that a reference means; undefined when that is not certain. */
export function resolveColumn(
  scope: Scope,
  body: TreeNode,
): { readonly range: Range; readonly column: string } | undefined {
  const fields = listOf(body, 'fields')
  const names = fields
    .map((field) => bodyOf(field, 'String'))
    .map((field) => (field === undefined ? '' : textOf(field, 'sval')))
  const name = names.at(-1) ?? ''
  if (names.length > 1) {
    const range = scope.range(names.at(-2) ?? '', names.at(-3))
    const column = range?.columns?.get(name)
    return range === undefined || column === undefined ? undefined : { range, column }
  }
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    if (level.isMixed(name)) return undefined
    let unknown = false
    for (const range of level.ranges) {
      if (range.hidden) continue
      const column = columnOf(range, name)
      if (column !== undefined) return { range, column }
      unknown ||= !range.complete
    }
    if (unknown) return undefined
  }
  return undefined
}
