import type { Relation } from '../catalog/snapshot.js'
import { define, descendants, evaluateRows, grant, relationTargets } from './define.js'
import { defineTarget, newRelation } from './create-as.js'
import { rangeVarName, writtenName } from './names.js'
import { hasOption, optionOf } from './objects.js'
import { planElements } from './planned-elements.js'
import { relationRange } from './from.js'
import { applyStored, reachedWhole, relationAttributes } from './relation-reads.js'
import { relationResource, resource } from './resource.js'
import { applyOperator } from './operators.js'
import { Scope } from './scope.js'
import { runStored } from './routine-effects.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** CREATE TABLE. Its defaults and checks run when rows come, not now; bounds of a partition are computed now. */
export const createTable: Handler = (walk, body, scope) => {
  define(walk, newRelation(walk, nodeOf(body, 'relation') ?? {}))
  const bound = nodeOf(body, 'partbound')
  if (bound !== undefined) walk.visitAs('PartitionBoundSpec', bound, scope)
  for (const item of listOf(body, 'inhRelations')) {
    for (const { target, relation } of relationTargets(walk, rangeVarName(bodyOf(item, 'RangeVar') ?? {}))) {
      define(walk, target, { object: 'child' })
      if (bound !== undefined && relation !== undefined) evaluateBounds(walk, relation)
    }
  }
  for (const element of listOf(body, 'tableElts')) referencedTables(walk, element)
  planElements(walk, body, scope)
  walk.visitAll(listOf(body, 'constraints'), scope)
}

/** Bounds become values of the parent's key, and rows of its default partition are checked against them. */
export function evaluateBounds(walk: Walk, parent: Relation): void {
  evaluateRows(walk, parent, 'check')
  runStored(walk, parent.valueFunctions, 'type')
}

/** CREATE FOREIGN TABLE. */
export const createForeignTable: Handler = (walk, body, scope) => {
  walk.visitAs('CreateStmt', nodeOf(body, 'base'), scope)
  define(walk, resource('server', textOf(body, 'servername')), { object: 'foreign-table', sensitive: true })
}

/** A foreign key changes what may happen to the table it points at; LIKE reads the other's definition. */
export function referencedTables(walk: Walk, element: TreeNode): void {
  const constraint = bodyOf(element, 'Constraint')
  if (constraint !== undefined) defineExisting(walk, nodeOf(constraint, 'pktable'), { object: 'foreign-key' })
  for (const inner of listOf(bodyOf(element, 'ColumnDef') ?? {}, 'constraints')) referencedTables(walk, inner)
}

export function defineExisting(
  walk: Walk,
  body: TreeNode | undefined,
  attributes: Record<string, string | boolean>,
): void {
  if (body === undefined) return
  for (const { target } of relationTargets(walk, rangeVarName(body))) define(walk, target, attributes)
}

/** A constraint: its expressions; the table of a foreign key is handled with the command. */
export const constraint: Handler = (walk, body, scope) => {
  walk.descend('Constraint', body, scope, referencedTable)
  // EXCLUDE: each element stands with the operator that must not hold between two rows.
  for (const item of listOf(body, 'exclusions')) {
    const operator = bodyOf(listOf(bodyOf(item, 'List') ?? {}, 'items')[1], 'List')
    if (operator !== undefined) applyOperator(walk, namesOf(listOf(operator, 'items')) ?? [], undefined, undefined)
  }
}

const referencedTable: ReadonlySet<string> = new Set(['pktable'])

/** CREATE INDEX evaluates its expressions for every row. */
export const createIndex: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  for (const { target, relation } of relationTargets(walk, rangeVarName(nodeOf(body, 'relation') ?? {}))) {
    define(walk, target, { object: 'index' })
    if (relation === undefined) continue
    scope.ranges.push(relationRange(relation, undefined, [], undefined))
    walk.mention(relation.columns.values())
    runStored(walk, relation.comparisons, 'comparison')
    for (const child of descendants(walk, relation)) {
      define(walk, relationResource(child, walk.state), { object: 'index' })
    }
  }
  walk.visitAll(listOf(body, 'indexParams'), scope)
  walk.visitAll(listOf(body, 'indexIncludingParams'), scope)
  walk.visit(nodeOf(body, 'whereClause'), scope)
}

/** CREATE VIEW: its query runs when it is read. */
export const createView: Handler = (walk, body) => {
  define(walk, newRelation(walk, nodeOf(body, 'view') ?? {}), { kind: 'view' })
}

/** CREATE SEQUENCE. */
export const createSequence: Handler = (walk, body) => {
  define(walk, newRelation(walk, nodeOf(body, 'sequence') ?? {}, 'sequence'))
}

/** ALTER SEQUENCE; RESTART moves it, OWNED BY concerns the table, too. */
export const alterSequence: Handler = (walk, body) => {
  const sequence = nodeOf(body, 'sequence') ?? {}
  defineExisting(walk, sequence, {})
  if (hasOption(body, 'options', 'restart')) {
    for (const { target } of relationTargets(walk, rangeVarName(sequence))) walk.effects.add('write', target)
  }
  const owner = namesOf(listOf(bodyOf(optionOf(body, 'options', 'owned_by'), 'List') ?? {}, 'items')) ?? []
  const table = writtenName(owner.slice(0, -1))
  if (table !== undefined)
    for (const { target } of relationTargets(walk, table)) define(walk, target, { object: 'sequence' })
}

/** CREATE TABLE AS and CREATE MATERIALIZED VIEW: the query runs now, also one behind EXECUTE. */
export const createTableAs: Handler = (walk, body, scope) => {
  const kind = textOf(body, 'objtype') === 'OBJECT_MATVIEW' ? 'materialized-view' : undefined
  defineTarget(walk, nodeOf(body, 'into') ?? {}, kind)
  walk.visit(nodeOf(body, 'query'), scope)
}

/** REFRESH MATERIALIZED VIEW runs its query and replaces its rows and the file that holds them. */
export const refreshView: Handler = (walk, body) => {
  for (const { target, relation } of relationTargets(walk, rangeVarName(nodeOf(body, 'relation') ?? {}))) {
    walk.effects.add('write', target, relation === undefined ? {} : relationAttributes(relation))
    define(walk, target, { maintenance: 'refresh' })
    // CONCURRENTLY compares with a temporary table.
    if (flagOf(body, 'concurrent')) define(walk, 'schema:pg_temp')
    if (relation?.query === undefined) walk.miss('relation', textOf(nodeOf(body, 'relation') ?? {}, 'relname'))
    else {
      applyStored(walk, relation.query, 'view', reachedWhole(relation))
      evaluateRows(walk, relation, 'index')
    }
  }
}

/** CREATE TRIGGER and CREATE RULE: the function and the commands run when rows change. */
export const createOnRelation =
  (object: string): Handler =>
  (walk, body) => {
    defineExisting(walk, nodeOf(body, 'relation'), { object })
  }

/** CREATE and ALTER POLICY say who sees and changes which rows. */
export const changePolicy: Handler = (walk, body) => {
  for (const { target } of relationTargets(walk, rangeVarName(nodeOf(body, 'table') ?? {}))) {
    grant(walk, target, { object: 'policy' })
  }
}

/** CREATE STATISTICS. */
export const createStatistics: Handler = (walk, body) => {
  for (const item of listOf(body, 'relations')) defineExisting(walk, bodyOf(item, 'RangeVar'), { object: 'statistics' })
}
