import { expectRelation, rangeVarName } from './names.js'
import { planRelation } from './relation-reads.js'
import type { Range } from './scope.js'
import { Scope } from './scope.js'
import { bodyOf, listOf, nodeOf, numberOf, textOf, type TreeNode } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Walk } from './walk.js'

/**
 * What the server plans while it makes a table, so that functions run which the planner replaces by their results: generated
 * columns, exclusion constraints, keys of partitions (`contain_mutable_functions_after_planning`, `ComputePartitionAttrs`), and
 * indexes that LIKE copies. Defaults and checks only run when rows come.
 */
export function planElements(walk: Walk, body: TreeNode, outer: Scope): void {
  const elements = listOf(body, 'tableElts')
  const planned = elements.flatMap(constraintsOf).filter((item) => isPlanned.has(textOf(item, 'contype')))
  const keys = listOf(nodeOf(body, 'partspec') ?? {}, 'partParams')
  if (planned.length + keys.length > 0) {
    const scope = new Scope(outer)
    scope.ranges.push(newRange(walk, body, elements))
    for (const constraint of planned) walk.visitAs('Constraint', constraint, scope)
    walk.visitAll(keys, scope)
  }
  for (const element of elements) {
    const like = bodyOf(element, 'TableLikeClause')
    if (like === undefined || numberOf(like, 'options') === 0) continue
    const relation = expectRelation(walk, rangeVarName(nodeOf(like, 'relation') ?? {}))
    if (relation !== undefined) planRelation(walk, relation)
  }
}

const isPlanned: ReadonlySet<string> = new Set(['CONSTR_GENERATED', 'CONSTR_EXCLUSION'])

function constraintsOf(element: TreeNode): readonly TreeNode[] {
  const own = bodyOf(element, 'Constraint')
  if (own !== undefined) return [own]
  return listOf(bodyOf(element, 'ColumnDef') ?? {}, 'constraints').map((item) => bodyOf(item, 'Constraint') ?? {})
}

/** The table that is made, as its own expressions see it. It may have further columns from elsewhere. */
function newRange(walk: Walk, body: TreeNode, elements: readonly TreeNode[]): Range {
  const types = new Map<string, number>()
  const columns = new Map<string, string>()
  for (const element of elements) {
    const column = bodyOf(element, 'ColumnDef')
    if (column === undefined) continue
    const name = textOf(column, 'colname')
    const type = typeNameId(walk, nodeOf(column, 'typeName') ?? {})
    columns.set(name, name)
    if (type !== undefined) types.set(name, type)
  }
  walk.mention(Array.from(types.values(), (type) => ({ type })))
  return {
    name: textOf(nodeOf(body, 'relation') ?? {}, 'relname'),
    schema: undefined,
    relation: undefined,
    columns,
    complete: false,
    types,
    read: undefined,
    lockable: [],
    hidden: false,
    mayBeValue: false,
  }
}
