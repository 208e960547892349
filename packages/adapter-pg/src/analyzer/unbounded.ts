import type { TargetRows } from './about-target.js'
import { findRelation, rangeVarName } from './names.js'
import { narrows } from './narrows.js'
import type { Range, Scope } from './scope.js'
import { bodyOf, textOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** The rows that a change in this scope may reach. */
export function rowsOf(walk: Walk, target: Range, scope: Scope): TargetRows {
  const twins = scope.ranges.filter((range) => range !== target && range.relation === target.relation)
  return {
    target,
    twins: new Map(twins.map((range) => [range.name, range])),
    isInside: false,
    relationOf: (item) => {
      const named = bodyOf(item, 'RangeVar')
      if (named === undefined) return undefined
      const isHidden = textOf(named, 'schemaname') === '' && scope.commonTable(textOf(named, 'relname')) !== undefined
      return isHidden ? undefined : findRelation(walk, rangeVarName(named))
    },
  }
}

/**
 * Whether a change may reach every row: there is no WHERE, or none that surely says something about each row which a stored row need not
 * fulfil. `WHERE false` is bounded.
 */
export function isUnbounded(where: TreeNode | undefined, rows: TargetRows): boolean {
  return !narrows(where, rows)
}
