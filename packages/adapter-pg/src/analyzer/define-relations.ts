import type { Relation } from '../catalog/snapshot.js'
import {
  runEventTriggers,
  define,
  descendants,
  evaluateRows,
  grant,
  newObject,
  type RelationTarget,
  relationTargets,
} from './define.js'
import { defineTarget, newRelation } from './create-as.js'
import { rangeVarName, writtenName } from './names.js'
import { hasOption, optionOf } from './objects.js'
import { relationRange } from './from.js'
import { applyStored, reachedWhole, relationAttributes } from './relation-reads.js'
import { relationResource, resource } from './resource.js'
import { applyOperator } from './operators.js'
import { Scope } from './scope.js'
import { evaluateStored, runStored } from './routine-effects.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** CREATE TABLE. Its defaults and checks run when rows come, not now; bounds of a partition are computed now. */
export const createTable: Handler = (walk, body, scope) => {
  define(walk, newRelation(walk, nodeOf(body, 'relation') ?? {}))
  const bound = nodeOf(body, 'partbound')
  if (bound !== undefined) walk.visitAs('PartitionBoundSpec', bound, scope)
  for (const item of listOf(body, 'inhRelations')) {
    for (const { target, relation } of relationTargets(walk, rangeVarName(bodyOf(item, 'RangeVar') ?? {}))) {
      define(walk, target, { object: 'child' })
      // Rows of a default partition are checked against the new bounds.
      if (bound !== undefined && relation !== undefined) evaluateRows(walk, relation, 'check')
    }
  }
  for (const element of listOf(body, 'tableElts')) referencedTables(walk, element)
  walk.visitAll(listOf(body, 'constraints'), scope)
}

/** CREATE FOREIGN TABLE. */
export const createForeignTable: Handler = (walk, body, scope) => {
  walk.visitAs('CreateStmt', nodeOf(body, 'base'), scope)
  define(walk, resource('server', textOf(body, 'servername')), { object: 'foreign-table', sensitive: true })
}

/** ALTER TABLE, INDEX, VIEW, SEQUENCE, TYPE …: each change of it. Expressions may be evaluated for every row. */
export const alterTable: Handler = (walk, body, outer) => {
  const name = nodeOf(body, 'relation') ?? {}
  if (textOf(body, 'objtype') === 'OBJECT_TYPE') {
    define(walk, newObject(walk, 'type', rangeVarName(name)))
    // Tables of the type may be rewritten.
    runEventTriggers(walk, { rewrite: true })
    return
  }
  for (const found of relationTargets(walk, rangeVarName(name))) {
    const { relation } = found
    const scope = new Scope(outer)
    if (relation !== undefined) {
      scope.ranges.push(relationRange(relation, undefined, [], undefined))
      walk.mention(relation.columns.values())
    }
    for (const item of listOf(body, 'cmds')) alterOne(walk, bodyOf(item, 'AlterTableCmd') ?? {}, found, scope)
    if (relation === undefined) continue
    evaluateRows(walk, relation, 'check')
    if (name['inh'] !== true) continue
    // Most changes reach every child as well.
    for (const child of descendants(walk, relation)) {
      define(walk, relationResource(child, walk.state), { object: 'child' })
      evaluateRows(walk, child, 'check')
    }
  }
}

/** Changes of a table that decide who may see or do what. */
const rights: ReadonlyMap<string, string> = new Map([
  ['AT_ChangeOwner', 'owner'],
  ['AT_EnableRowSecurity', 'row-security'],
  ['AT_DisableRowSecurity', 'row-security'],
  ['AT_ForceRowSecurity', 'row-security'],
  ['AT_NoForceRowSecurity', 'row-security'],
])

/** Changes that may write every row anew. */
const rewriting: ReadonlySet<string> = new Set([
  'AT_AddColumn',
  'AT_AlterColumnType',
  'AT_SetExpression',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetAccessMethod',
])

function alterOne(walk: Walk, command: TreeNode, { target, relation }: RelationTarget, scope: Scope): void {
  const subtype = textOf(command, 'subtype')
  const right = rights.get(subtype)
  if (right !== undefined) {
    grant(walk, target, { object: right })
    return
  }
  const drop = subtype.startsWith('AT_Drop') && { drop: true }
  const cascade = textOf(command, 'behavior') === 'DROP_CASCADE' && { cascade: true }
  define(walk, target, { ...drop, ...cascade, ...(rewriting.has(subtype) && { rewrite: true }) })
  const definition = nodeOf(command, 'def')
  if (definition === undefined) return
  const type = nodeOf(bodyOf(definition, 'ColumnDef') ?? {}, 'typeName')
  const stored = type === undefined ? undefined : typeNameId(walk, type)
  if (stored !== undefined) {
    walk.assign([{ type: stored }])
    for (const use of walk.catalog.types.get(stored)?.defaults ?? []) evaluateStored(walk, use, 'default')
  }
  if (subtype === 'AT_SetIdentity' && relation !== undefined) moveSequences(walk, relation, definition)
  referencedTables(walk, definition)
  const partition = bodyOf(definition, 'PartitionCmd')
  const parent = bodyOf(definition, 'RangeVar')
  if (partition !== undefined) {
    defineExisting(walk, nodeOf(partition, 'name'), { object: 'child' })
    const bound = nodeOf(partition, 'bound')
    if (bound !== undefined) walk.visitAs('PartitionBoundSpec', bound, scope)
  } else if (parent !== undefined) defineExisting(walk, parent, { object: 'child' })
  else walk.visit(definition, scope)
}

/** ALTER COLUMN … RESTART moves the sequence of an identity column. */
function moveSequences(walk: Walk, table: Relation, options: TreeNode): void {
  if (!hasOption(bodyOf(options, 'List') ?? {}, 'items', 'restart')) return
  for (const sequence of walk.catalog.relations.values()) {
    if (sequence.kind === 'sequence' && sequence.table === table.id) {
      walk.effects.add('write', relationResource(sequence, walk.state))
    }
  }
}

/** A foreign key changes what may happen to the table it points at; LIKE reads the other's definition. */
function referencedTables(walk: Walk, element: TreeNode): void {
  const constraint = bodyOf(element, 'Constraint')
  if (constraint !== undefined) defineExisting(walk, nodeOf(constraint, 'pktable'), { object: 'foreign-key' })
  for (const inner of listOf(bodyOf(element, 'ColumnDef') ?? {}, 'constraints')) referencedTables(walk, inner)
}

function defineExisting(walk: Walk, body: TreeNode | undefined, attributes: Record<string, string | boolean>): void {
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
