import type { Relation } from '../catalog/snapshot.js'
import {
  define,
  descendants,
  evaluateRows,
  grant,
  newObject,
  relationTargets,
  runEventTriggers,
  type RelationTarget,
} from './define.js'
import { defineExisting, evaluateBounds, referencedTables } from './define-relations.js'
import { relationRange } from './from.js'
import { findRelation, rangeVarName } from './names.js'
import { hasOption } from './objects.js'
import { readAnew } from './read-anew.js'
import { relationResource } from './resource.js'
import { evaluateStored } from './routine-effects.js'
import { type Range, Scope } from './scope.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** ALTER TABLE, INDEX, VIEW, SEQUENCE, TYPE …: each change of it. Expressions may be evaluated for every row. */
export const alterTable: Handler = (walk, body, outer) => {
  const name = rangeVarName(nodeOf(body, 'relation') ?? {})
  if (textOf(body, 'objtype') !== 'OBJECT_TYPE') {
    for (const found of relationTargets(walk, name)) alterRelation(walk, body, found, outer)
    return
  }
  define(walk, newObject(walk, 'type', name))
  // Tables of the type may be rewritten.
  runEventTriggers(walk, { rewrite: true })
  const type = findRelation(walk, name)
  if (type === undefined || !commandsOf(body).some(cascades)) return
  for (const relation of typedTables(walk, type)) {
    alterRelation(walk, body, { target: relationResource(relation, walk.state), relation }, outer)
  }
}

function commandsOf(body: TreeNode): readonly TreeNode[] {
  return listOf(body, 'cmds').map((item) => bodyOf(item, 'AlterTableCmd') ?? {})
}

function cascades(command: TreeNode): boolean {
  return textOf(command, 'behavior') === 'DROP_CASCADE'
}

/** Tables that may be OF a composite type: they have its very columns. CASCADE changes them with it. */
function typedTables(walk: Walk, type: Relation): readonly Relation[] {
  const columns = columnTypes(type)
  return [...walk.catalog.relations.values()].filter(
    (relation) =>
      (relation.kind === 'table' || relation.kind === 'partitioned-table') && columnTypes(relation) === columns,
  )
}

function columnTypes({ columns }: Relation): string {
  return JSON.stringify(Array.from(columns.values(), ({ name, type }) => [name, type]))
}

function alterRelation(walk: Walk, body: TreeNode, found: RelationTarget, outer: Scope): void {
  const { relation } = found
  const scope = new Scope(outer)
  const commands = commandsOf(body)
  if (relation !== undefined) {
    scope.ranges.push(rangeWithin(relation, commands))
    walk.mention(relation.columns.values())
  }
  for (const command of commands) alterOne(walk, command, found, scope)
  if (relation === undefined) return
  const retypes = commands.some((command) => textOf(command, 'subtype') === 'AT_AlterColumnType')
  evaluateRows(walk, relation, 'check')
  if (retypes) readAnew(walk, relation)
  if (nodeOf(body, 'relation')?.['inh'] !== true && textOf(body, 'objtype') !== 'OBJECT_TYPE') return
  // Most changes reach every child as well.
  for (const child of descendants(walk, relation)) {
    define(walk, relationResource(child, walk.state), { object: 'child' })
    evaluateRows(walk, child, 'check')
    if (retypes) readAnew(walk, child)
  }
}

/** The table as the expressions of a command see it: a column that the command gives a type may have the old or the new one. */
function rangeWithin(relation: Relation, commands: readonly TreeNode[]): Range {
  const typed = new Set(
    commands.flatMap((command) => {
      const column = bodyOf(nodeOf(command, 'def'), 'ColumnDef')
      return column === undefined ? [] : [textOf(command, 'name'), textOf(column, 'colname')]
    }),
  )
  const columns = new Map([...relation.columns].filter(([name]) => !typed.has(name)))
  return { ...relationRange(relation, undefined, [], undefined), relation: { ...relation, columns } }
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
  const cascade = cascades(command) && { cascade: true }
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
    if (bound !== undefined) {
      walk.visitAs('PartitionBoundSpec', bound, scope)
      if (relation !== undefined) evaluateBounds(walk, relation)
    }
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
