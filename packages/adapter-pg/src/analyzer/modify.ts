import type { Relation } from '../catalog/snapshot.js'
import { Sources } from './column-flow.js'
import { addFromItems, aliasOf, relationRange } from './from.js'
import { visitWhere } from './lookups.js'
import { expectRelation, rangeVarName } from './names.js'
import { bringsOwnRows } from './own-rows.js'
import { followRows, givenValues } from './range-values.js'
import { readRelation } from './relation-reads.js'
import { type Change, changeRelation } from './relation-changes.js'
import { type Range, Scope } from './scope.js'
import { defineCommonTables } from './select.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import { visitTargets } from './targets.js'
import type { TargetRows } from './about-target.js'
import { isUnbounded, rowsOf } from './unbounded.js'
import type { Handler, Walk } from './walk.js'
import { assignedValues, insertedValues, mergedValues, type WrittenValues } from './written-values.js'

/** The target of a change as an item of its scope; what is read of it becomes an effect only when something is. */
interface Target {
  readonly relation: Relation
  readonly range: Range
  readonly read: Set<string>
  readonly only: boolean
}

/** INSERT, with what ON CONFLICT and RETURNING read and change. */
export const insertStatement: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  defineCommonTables(walk, nodeOf(body, 'withClause'), scope)
  const source = new Scope(scope)
  walk.visit(nodeOf(body, 'selectStmt'), source)
  const target = openTarget(walk, body, scope)
  if (target === undefined) return
  walk.meetings?.insert(walk, target.relation, body, source.flow)
  const columns = targetColumns(walk, listOf(body, 'cols'), scope)
  if (columns.size === 0) for (const name of target.relation.columns.keys()) columns.add(name)
  const values = insertedValues(walk, target.relation, listOf(body, 'cols'), nodeOf(body, 'selectStmt'))
  changeRelation(walk, target.relation, 'insert', { columns, values })
  const conflict = nodeOf(body, 'onConflictClause')
  if (conflict !== undefined) onConflict(walk, conflict, { ...target, values }, nodeOf(body, 'selectStmt'), scope)
  returning(walk, body, target, scope, outer)
  closeTarget(walk, target, conflict !== undefined || nodeOf(body, 'returningClause') !== undefined)
}

/** ON CONFLICT tells whether a row exists; DO UPDATE changes it: any row, where any number of them may be inserted. */
function onConflict(
  walk: Walk,
  clause: TreeNode,
  target: Target & { readonly values: WrittenValues },
  rows: TreeNode | undefined,
  scope: Scope,
): void {
  const infer = nodeOf(clause, 'infer')
  if (infer !== undefined) walk.visitAs('InferClause', infer, scope)
  if (textOf(clause, 'action') !== 'ONCONFLICT_UPDATE') return
  const inner = new Scope(scope)
  inner.ranges.push(
    relationRange(walk, target.relation, 'excluded', [], undefined, {
      hidden: true,
      // What is given for a column meets whatever that column does.
      ...(walk.meetings === undefined && { values: givenValues }),
    }),
  )
  const columns = assignedColumns(walk, listOf(clause, 'targetList'), inner, target.relation)
  const where = nodeOf(clause, 'whereClause')
  walk.visit(where, inner)
  const unbounded =
    rows !== undefined && !bringsOwnRows(walk, rows) && isUnbounded(where, rowsOf(walk, target.range, inner))
  const values = assignedValues(walk, target.relation, listOf(clause, 'targetList'), target.values)
  changeRelation(walk, target.relation, 'update', { columns, values, ...(unbounded && { unbounded: true }) })
}

/** UPDATE. */
export const updateStatement: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  defineCommonTables(walk, nodeOf(body, 'withClause'), scope)
  const target = openTarget(walk, body, scope)
  addFromItems(walk, listOf(body, 'fromClause'), scope)
  const columns = assignedColumns(walk, listOf(body, 'targetList'), scope, target?.relation)
  const where = nodeOf(body, 'whereClause')
  visitWhere(walk, where, scope)
  if (target === undefined) return
  const values = assignedValues(walk, target.relation, listOf(body, 'targetList'))
  changeRelation(walk, target.relation, 'update', {
    columns,
    values,
    ...bounds(where, target, rowsOf(walk, target.range, scope)),
  })
  returning(walk, body, target, scope, outer)
  closeTarget(walk, target, where !== undefined)
}

/** DELETE. */
export const deleteStatement: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  defineCommonTables(walk, nodeOf(body, 'withClause'), scope)
  const target = openTarget(walk, body, scope)
  addFromItems(walk, listOf(body, 'usingClause'), scope)
  const where = nodeOf(body, 'whereClause')
  visitWhere(walk, where, scope)
  if (target === undefined) return
  changeRelation(walk, target.relation, 'delete', bounds(where, target, rowsOf(walk, target.range, scope)))
  returning(walk, body, target, scope, outer)
  closeTarget(walk, target, where !== undefined)
}

/** MERGE: the effects of each of its actions. */
export const mergeStatement: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  defineCommonTables(walk, nodeOf(body, 'withClause'), scope)
  const target = openTarget(walk, body, scope)
  addFromItems(walk, [nodeOf(body, 'sourceRelation') ?? {}], scope)
  walk.visit(nodeOf(body, 'joinCondition'), scope)
  for (const item of listOf(body, 'mergeWhenClauses'))
    mergeAction(
      walk,
      bodyOf(item, 'MergeWhenClause') ?? {},
      mergedRows(body, item, target && { ...target, rows: rowsOf(walk, target.range, scope) }),
      scope,
    )
  if (target === undefined) return
  // `*` stands for the columns of the source first.
  scope.stars.reverse()
  returning(walk, body, target, scope, outer)
  closeTarget(walk, target, true)
}

/**
 * The target as one action meets it. A row that is matched is narrowed by the condition of the join and by that of the
 * action; one that no row of the source matches (PostgreSQL 17), by the latter alone.
 */
function mergedRows(
  body: TreeNode,
  item: TreeNode,
  target: (Target & { readonly rows: TargetRows }) | undefined,
): MergeTarget | undefined {
  if (target === undefined) return undefined
  const clause = bodyOf(item, 'MergeWhenClause') ?? {}
  const kind = textOf(clause, 'matchKind')
  const isMatched = kind === '' || kind === 'MERGE_WHEN_MATCHED'
  const conditions = [nodeOf(clause, 'condition'), isMatched ? nodeOf(body, 'joinCondition') : undefined]
  return { ...target, unbounded: conditions.every((condition) => isUnbounded(condition, target.rows)) }
}

interface MergeTarget extends Target {
  readonly unbounded: boolean
}

/** A row of the source that nothing matches is alone: the columns of the target are out of sight. */
function mergeScope(clause: TreeNode, target: MergeTarget | undefined, scope: Scope): Scope {
  if (target === undefined) return scope
  // The target is found first, so that only its own absence makes a difference.
  if (textOf(clause, 'matchKind') !== 'MERGE_WHEN_NOT_MATCHED_BY_TARGET') return scope
  return scope.blind(scope.ranges.filter((range) => range !== target.range))
}

function mergeAction(walk: Walk, clause: TreeNode, target: MergeTarget | undefined, outer: Scope): void {
  const scope = mergeScope(clause, target, outer)
  walk.visit(nodeOf(clause, 'condition'), scope)
  const relation = target?.relation
  const named = targetNames(listOf(clause, 'targetList'), relation)
  for (const [at, value] of listOf(clause, 'values').entries()) visitWritten(walk, relation, named[at], value, scope)
  const columns = assignedColumns(walk, listOf(clause, 'targetList'), scope, relation)
  if (target === undefined || relation === undefined) return
  const rows = { only: target.only, ...(target.unbounded && { unbounded: true }) }
  switch (textOf(clause, 'commandType')) {
    case 'CMD_INSERT':
      if (columns.size === 0) for (const name of relation.columns.keys()) columns.add(name)
      changeRelation(walk, relation, 'insert', {
        columns,
        values: mergedValues(walk, relation, listOf(clause, 'targetList'), listOf(clause, 'values')),
      })
      return
    case 'CMD_UPDATE':
      changeRelation(walk, relation, 'update', {
        columns,
        values: assignedValues(walk, relation, listOf(clause, 'targetList')),
        ...rows,
      })
      return
    case 'CMD_DELETE':
      changeRelation(walk, relation, 'delete', rows)
      return
    case 'CMD_NOTHING':
      return
    default:
      walk.opaque('unknown action of MERGE', 'merge')
  }
}

function bounds(where: TreeNode | undefined, target: Target, rows: TargetRows): Change {
  return { only: target.only, ...(isUnbounded(where, rows) && { unbounded: true }) }
}

function openTarget(walk: Walk, body: TreeNode, scope: Scope): Target | undefined {
  walk.modifications += 1
  const name = nodeOf(body, 'relation')
  if (name === undefined) {
    walk.opaque('a change without a target', 'change')
    return undefined
  }
  const relation = expectRelation(walk, rangeVarName(name))
  if (relation === undefined) return undefined
  followRows(walk, relation)
  const read = new Set<string>()
  const range = relationRange(walk, relation, aliasOf(name), [], read, { only: name['inh'] !== true })
  scope.ranges.push(range)
  scope.stars.push(() => range.values.columns())
  return { relation, range, read, only: name['inh'] !== true }
}

/** Predicates, RETURNING and whatever else names a column of the target read it (RULES 18). */
function closeTarget(walk: Walk, target: Target, reads: boolean): void {
  if (reads || target.read.size > 0) readRelation(walk, target.relation, target.read, { only: target.only })
}

function returning(walk: Walk, body: TreeNode, target: Target, scope: Scope, outer: Scope): void {
  const clause = nodeOf(body, 'returningClause')
  if (clause === undefined) {
    outer.flow = { columns: [], everything: new Sources() }
    return
  }
  // An alias of FROM that is called `old` or `new` is found before the target's own old and new rows.
  const inner = new Scope(scope)
  inner.ranges.push(...scope.ranges)
  for (const name of ['old', 'new', ...optionNames(clause)]) {
    inner.ranges.push(relationRange(walk, target.relation, name, [], target.read, { hidden: true }))
  }
  inner.stars.push(...scope.stars)
  const columns = visitTargets(walk, listOf(clause, 'exprs'), inner)
  outer.flow = { columns, everything: walk.flows.everything }
  if (!outer.isClaimed) walk.flows.takeAll(outer.flow)
  closeTarget(walk, target, true)
}

/** RETURNING WITH (OLD AS before). */
function optionNames(clause: TreeNode): readonly string[] {
  return listOf(clause, 'options').map((item) => textOf(unwrap(item)?.body ?? {}, 'value'))
}

/** Columns of an INSERT, by name. */
function targetColumns(walk: Walk, items: readonly TreeNode[], scope: Scope): Set<string> {
  const columns = new Set<string>()
  for (const item of items) {
    const target = bodyOf(item, 'ResTarget') ?? {}
    columns.add(textOf(target, 'name'))
    walk.visitAll(listOf(target, 'indirection'), scope)
  }
  return columns
}

/** The columns that a row of values is for, in its order: where none is named, all of them. */
export function targetNames(items: readonly TreeNode[], relation: Relation | undefined): readonly string[] {
  if (items.length === 0) return [...(relation?.columns.keys() ?? [])]
  return items.map((item) => textOf(bodyOf(item, 'ResTarget') ?? {}, 'name'))
}

/** Columns that SET or a MERGE action gives values, and the expressions they get. */
function assignedColumns(
  walk: Walk,
  items: readonly TreeNode[],
  scope: Scope,
  relation: Relation | undefined,
): Set<string> {
  const columns = targetColumns(walk, items, scope)
  for (const item of items) {
    const target = bodyOf(item, 'ResTarget') ?? {}
    visitWritten(walk, relation, textOf(target, 'name'), nodeOf(target, 'val'), scope)
  }
  return columns
}

/** Handles what a column is given. */
function visitWritten(
  walk: Walk,
  relation: Relation | undefined,
  column: string | undefined,
  value: TreeNode | undefined,
  scope: Scope,
): void {
  const visit = (): void => {
    walk.visit(value, scope)
  }
  if (walk.meetings === undefined || relation === undefined) visit()
  else walk.meetings.write(walk, { relation, column }, value, visit)
}
