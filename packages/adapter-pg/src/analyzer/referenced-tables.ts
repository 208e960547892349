import { define, relationTargets } from './define.js'
import { readToDefine, referencedColumns } from './definition-reads.js'
import { lookAt } from './looked-at.js'
import { rangeVarName } from './names.js'
import { bodyOf, listOf, namesOf, nodeOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/**
 * Tables that the foreign keys in a part of CREATE or ALTER TABLE point at: what may happen to them changes, and which
 * values they have tells itself, now or with each row that comes. Those of a table with rows (`filled`) are held against it
 * at once.
 */
export function referencedTables(walk: Walk, element: TreeNode, filled: boolean): void {
  const constraint = bodyOf(element, 'Constraint')
  if (constraint !== undefined) referencedTable(walk, constraint, filled)
  for (const inner of listOf(bodyOf(element, 'ColumnDef') ?? {}, 'constraints')) referencedTables(walk, inner, filled)
}

function referencedTable(walk: Walk, constraint: TreeNode, filled: boolean): void {
  const table = nodeOf(constraint, 'pktable')
  if (table === undefined) return
  for (const { target, relation } of relationTargets(walk, rangeVarName(table))) {
    define(walk, target, { object: 'foreign-key' })
    if (relation === undefined) continue
    readToDefine(walk, relation, referencedColumns(relation, namesOf(listOf(constraint, 'pk_attrs')) ?? []))
    if (filled) lookAt(walk, relation, 'foreign-key')
  }
}
