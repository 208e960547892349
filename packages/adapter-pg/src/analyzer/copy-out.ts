import type { Relation } from '../catalog/snapshot.js'
import { type CopyColumn, copyFormat, type CopyOut } from './copy-format.js'
import { baseType } from './overloads.js'
import type { OutputColumn } from './scope.js'
import { listOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** What leaves by a COPY TO STDOUT. `given`: the columns of its query, once it was handled. */
export function copyOut(
  walk: Walk,
  body: TreeNode,
  relation: { readonly relation: Relation; readonly names: readonly string[] } | undefined,
  given: readonly OutputColumn[] | undefined,
): CopyOut {
  const columns =
    relation === undefined
      ? queryColumns(walk, given)
      : relation.names.flatMap((name) => tableColumn(walk, relation.relation, name))
  return Object.freeze({ format: copyFormat(listOf(body, 'options')), columns })
}

function tableColumn(walk: Walk, relation: Relation, name: string): readonly CopyColumn[] {
  const column = relation.columns.get(name)
  if (column === undefined) return []
  return [{ name, table: relation.id, number: column.number, type: baseType(walk, column.type) }]
}

/** Of what statements give by RETURNING nothing is told. */
function queryColumns(walk: Walk, given: readonly OutputColumn[] | undefined): readonly CopyColumn[] | undefined {
  // Behind columns that are not known nothing is known of the places of others.
  if (given?.some(({ rest }) => rest === true) !== false) return undefined
  return given.map(({ name, type }) => ({
    name,
    table: 0,
    number: 0,
    type: type === undefined ? 0 : baseType(walk, type),
  }))
}
