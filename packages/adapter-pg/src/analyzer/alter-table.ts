import type { Relation } from '../catalog/snapshot.js'
import {
  define,
  descendants,
  grant,
  namedObject,
  relationTargets,
  runEventTriggers,
  tablesOfType,
  type RelationTarget,
} from './define.js'
import { readBounds, readNamed, readReferenced, readReferencing, readToDefine } from './definition-reads.js'
import { followAnything } from './flows.js'
import { relationRange } from './from.js'
import { lookAround, makeBounds } from './looked-at.js'
import { rangeVarName } from './names.js'
import { hasOption } from './objects.js'
import { followRenamed } from './range-values.js'
import { readAnew } from './read-anew.js'
import { grantTo, receiversOf } from './receivers.js'
import { referencedTables } from './referenced-tables.js'
import { relationResource } from './resource.js'
import { evaluateStored } from './routine-effects.js'
import { type Range, Scope } from './scope.js'
import { bodyOf, flagOf, listOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** ALTER TABLE, INDEX, VIEW, SEQUENCE, TYPE …: each change of it. Expressions may be evaluated for every row. */
export const alterTable: Handler = (walk, body, outer) => {
  const written = rangeVarName(nodeOf(body, 'relation') ?? {})
  if (textOf(body, 'objtype') === 'OBJECT_TYPE') {
    for (const target of namedObject(walk, 'type', written)) define(walk, target)
    // Tables of the type change with it, and may be rewritten.
    runEventTriggers(walk, { rewrite: true })
    for (const relation of tablesOfType(walk, written)) {
      alterRelation(walk, body, { target: relationResource(relation, walk.state), relation }, outer)
    }
  } else for (const found of relationTargets(walk, written)) alterRelation(walk, body, found, outer)
}

function alterRelation(walk: Walk, body: TreeNode, found: RelationTarget, outer: Scope): void {
  const { relation } = found
  const scope = new Scope(outer)
  const read = new Set<string>()
  const commands = listOf(body, 'cmds').map((item) => bodyOf(item, 'AlterTableCmd') ?? {})
  if (relation !== undefined) {
    scope.ranges.push(rangeWithin(walk, relation, commands, read))
    walk.mention(relation.columns.values())
  }
  for (const command of commands) alterOne(walk, command, found, scope)
  if (relation === undefined) return
  readToDefine(walk, relation, read)
  lookAround(walk, relation, 'check')
  const reached = [relation]
  if (flagOf(nodeOf(body, 'relation') ?? {}, 'inh') || textOf(body, 'objtype') === 'OBJECT_TYPE') {
    // Most changes reach every child as well.
    for (const child of descendants(walk, relation)) {
      define(walk, relationResource(child, walk.state), { object: 'child' })
      reached.push(child)
    }
  }
  const retyped = commands.filter((command) => textOf(command, 'subtype') === 'AT_AlterColumnType')
  if (retyped.length === 0) return
  const names = new Set(retyped.map((command) => textOf(command, 'name')))
  for (const each of reached) {
    readAnew(walk, each)
    readReferencing(walk, each, names)
  }
}

/** The table as the expressions of a command see it: a column that the command gives a type may have the old or the new one. */
function rangeWithin(walk: Walk, relation: Relation, commands: readonly TreeNode[], read: Set<string>): Range {
  const typed = new Set(
    commands.flatMap((command) => {
      const column = bodyOf(nodeOf(command, 'def'), 'ColumnDef')
      return column === undefined ? [] : [textOf(command, 'name'), textOf(column, 'colname')]
    }),
  )
  const columns = new Map([...relation.columns].filter(([name]) => !typed.has(name)))
  return { ...relationRange(walk, relation, undefined, [], read), relation: { ...relation, columns } }
}

/** Changes of a table that decide who may see or do what. */
const rights: ReadonlyMap<string, string> = new Map([
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
  if (subtype === 'AT_ChangeOwner') {
    grantTo(walk, target, receiversOf(walk, [nodeOf(command, 'newowner') ?? {}]), { object: 'owner' })
    return
  }
  const right = rights.get(subtype)
  if (right !== undefined) {
    grant(walk, target, { object: right })
    return
  }
  const drop = subtype.startsWith('AT_Drop') && { drop: true }
  const cascade = textOf(command, 'behavior') === 'DROP_CASCADE' && { cascade: true }
  define(walk, target, { ...drop, ...cascade, ...(rewriting.has(subtype) && { rewrite: true }) })
  readAltered(walk, command, relation, scope)
  if (relation !== undefined) followParted(walk, command, relation)
  const definition = nodeOf(command, 'def')
  if (definition === undefined) return
  const type = nodeOf(bodyOf(definition, 'ColumnDef') ?? {}, 'typeName')
  const stored = type === undefined ? undefined : typeNameId(walk, type)
  if (stored !== undefined) {
    walk.assign([{ type: stored }])
    for (const use of walk.catalog.types.get(stored)?.defaults ?? []) evaluateStored(walk, use, 'default')
  }
  if (subtype === 'AT_SetIdentity' && relation !== undefined) moveSequences(walk, relation, definition)
  referencedTables(walk, definition, true)
  const partition = bodyOf(definition, 'PartitionCmd')
  const parent = bodyOf(definition, 'RangeVar')
  if (partition !== undefined) {
    for (const other of defineRelative(walk, nodeOf(partition, 'name') ?? {})) {
      if (subtype === 'AT_AttachPartition' && relation !== undefined) readBounds(walk, relation, other)
      // Rows that others write to the whole table are sent to another server.
      if (other.kind === 'foreign-table') followAnything(walk)
      // What rules say of the whole table is not said of it any more.
      if (subtype !== 'AT_AttachPartition') followRenamed(walk, other)
    }
    const bound = nodeOf(partition, 'bound')
    if (bound !== undefined) {
      walk.visitAs('PartitionBoundSpec', bound, scope)
      if (relation !== undefined) makeBounds(walk, relation)
    }
  } else if (parent !== undefined) defineRelative(walk, parent)
  else walk.visit(definition, scope)
}

/** Columns whose values a change looks at although no expression names them. */
function readAltered(walk: Walk, command: TreeNode, relation: Relation | undefined, scope: Scope): void {
  const subtype = textOf(command, 'subtype')
  const constraint = bodyOf(nodeOf(command, 'def'), 'ATAlterConstraint') ?? {}
  if (subtype === 'AT_AlterColumnType' || subtype === 'AT_SetNotNull') readNamed(walk, scope, [textOf(command, 'name')])
  else if (subtype === 'AT_ValidateConstraint' || flagOf(constraint, 'alterEnforceability')) {
    // Which columns a constraint is about, its name does not say.
    readNamed(walk, scope, ['*'])
    if (relation !== undefined) readReferenced(walk, relation)
  }
}

/** What rules say of a table is not said of a child that leaves it, nor of a column that stays in its children alone. */
function followParted(walk: Walk, command: TreeNode, relation: Relation): void {
  const subtype = textOf(command, 'subtype')
  if (subtype === 'AT_DropInherit') followRenamed(walk, relation)
  if (subtype === 'AT_DropColumn') followRenamed(walk, relation, textOf(command, 'name'))
}

/** A partition, or a table that is inherited from. Gives those that are there. */
function defineRelative(walk: Walk, body: TreeNode): readonly Relation[] {
  return relationTargets(walk, rangeVarName(body)).flatMap(({ target, relation }) => {
    define(walk, target, { object: 'child' })
    if (relation === undefined) return []
    lookAround(walk, relation, 'check')
    return [relation]
  })
}

/** ALTER COLUMN … RESTART moves the sequence of an identity column. */
function moveSequences(walk: Walk, table: Relation, options: TreeNode): void {
  if (!hasOption(bodyOf(options, 'List') ?? {}, 'items', 'restart')) return
  for (const sequence of walk.everyRelation()) {
    if (sequence.kind === 'sequence' && sequence.table === table.id) {
      walk.effects.add('write', relationResource(sequence, walk.state))
    }
  }
}
