import type { TargetRows } from './about-target.js'
import { nodesIn } from './nodes-in.js'
import type { Range } from './scope.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode } from './tree.js'

/** Whether a query is over the target's own relation, of which it might give every row. */
export function readsTarget(node: TreeNode, { relationOf, target }: TargetRows): boolean {
  for (const each of nodesIn([node])) {
    if (each['RangeVar'] !== undefined && relationOf(each) === target.relation) return true
  }
  return false
}

/** The items of a query's FROM that are the target's relation, by their names. */
export function twinsIn(select: TreeNode, { relationOf, target }: TargetRows): ReadonlyMap<string, Range> {
  const twins = new Map<string, Range>()
  for (const node of nodesIn(listOf(select, 'fromClause'))) {
    const item = bodyOf(node, 'RangeVar')
    if (item === undefined || relationOf(node) !== target.relation) continue
    const alias = nodeOf(item, 'alias')
    const name = alias === undefined ? textOf(item, 'relname') : textOf(alias, 'aliasname')
    // Under other names nobody can tell its columns.
    const columns = alias?.['colnames'] === undefined ? ownColumns(target) : new Map<string, string>()
    twins.set(name, { ...target, name, columns })
  }
  return twins
}

function ownColumns({ relation }: Range): ReadonlyMap<string, string> {
  return new Map([...(relation?.columns.keys() ?? [])].map((name) => [name, name]))
}
