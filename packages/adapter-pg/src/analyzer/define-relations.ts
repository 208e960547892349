import { define, descendants, grant, relationTargets } from './define.js'
import { defineTarget, newRelation } from './create-as.js'
import { readNamed, readToDefine } from './definition-reads.js'
import { lookAt } from './looked-at.js'
import { findRelation, rangeVarName, writtenName } from './names.js'
import { hasOption, optionOf } from './objects.js'
import { relationRange } from './from.js'
import { followAnything } from './flows.js'
import { applyStored, reachedWhole, relationAttributes } from './relation-reads.js'
import { relationResource } from './resource.js'
import { applyOperator } from './operators.js'
import { Scope } from './scope.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

function defineExisting(walk: Walk, body: TreeNode | undefined, attributes: Record<string, string | boolean>): void {
  if (body === undefined) return
  for (const { target } of relationTargets(walk, rangeVarName(body))) define(walk, target, attributes)
}

/** A constraint: its expressions; the table of a foreign key is handled with the command. */
export const constraint: Handler = (walk, body, scope) => {
  walk.descend('Constraint', body, scope, referencedTable)
  for (const field of ['keys', 'including', 'fk_attrs']) readNamed(walk, scope, namesOf(listOf(body, field)) ?? [])
  if (textOf(body, 'indexname') !== '') readNamed(walk, scope, ['*'])
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
  const read = new Set<string>()
  const found = relationTargets(walk, rangeVarName(nodeOf(body, 'relation') ?? {}))
  for (const { target, relation } of found) {
    define(walk, target, { object: 'index' })
    if (relation === undefined) continue
    scope.ranges.push(relationRange(walk, relation, undefined, [], read))
    walk.mention(relation.columns.values())
    lookAt(walk, relation, 'index')
    for (const child of descendants(walk, relation)) {
      define(walk, relationResource(child, walk.state), { object: 'index' })
    }
  }
  walk.visitAll(listOf(body, 'indexParams'), scope)
  walk.visitAll(listOf(body, 'indexIncludingParams'), scope)
  walk.visit(nodeOf(body, 'whereClause'), scope)
  for (const { relation } of found) if (relation !== undefined) readToDefine(walk, relation, read)
}

/** CREATE VIEW: its query runs when it is read. */
export const createView: Handler = (walk, body) => {
  const view = nodeOf(body, 'view') ?? {}
  define(walk, newRelation(walk, view), { kind: 'view' })
  // What others write through it, or copy from it, is written and copied in another way then.
  if (flagOf(body, 'replace') && findRelation(walk, rangeVarName(view)) !== undefined) followAnything(walk)
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
      lookAt(walk, relation, 'index')
    }
  }
}

/** CREATE TRIGGER and CREATE RULE: the function and the commands run when rows change. */
export const createOnRelation =
  (object: string): Handler =>
  (walk, body) => {
    defineExisting(walk, nodeOf(body, 'relation'), { object })
    // Whoever changes a row later hands it to the function of the trigger, or has the rule copy it.
    followAnything(walk)
  }

/** CREATE and ALTER POLICY say who sees and changes which rows. */
export const changePolicy: Handler = (walk, body) => {
  for (const { target } of relationTargets(walk, rangeVarName(nodeOf(body, 'table') ?? {}))) {
    grant(walk, target, { object: 'policy' })
  }
  // Which rows are there for others, and for itself, would be chosen by values that it may not compare.
  followAnything(walk)
}

/** CREATE STATISTICS: the server keeps what it finds in these columns. */
export const createStatistics: Handler = (walk, body, outer) => {
  const scope = new Scope(outer)
  const read = new Set<string>()
  const found = listOf(body, 'relations').flatMap((item) =>
    relationTargets(walk, rangeVarName(bodyOf(item, 'RangeVar') ?? {})),
  )
  for (const { target, relation } of found) {
    define(walk, target, { object: 'statistics' })
    if (relation === undefined) continue
    scope.ranges.push(relationRange(walk, relation, undefined, [], read))
    lookAt(walk, relation, 'index')
  }
  for (const item of listOf(body, 'exprs')) {
    const element = bodyOf(item, 'StatsElem') ?? {}
    const column = textOf(element, 'name')
    if (column !== '') readNamed(walk, scope, [column])
    walk.visit(nodeOf(element, 'expr'), scope)
  }
  for (const { relation } of found) if (relation !== undefined) readToDefine(walk, relation, read)
}
