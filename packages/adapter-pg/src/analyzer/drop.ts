import { define, descendants, grant, namedObject, relationTargets, tablesOfType } from './define.js'
import { findRelation, rangeVarName, type WrittenName, writtenName } from './names.js'
import { namedObjects, type NamedObject } from './objects.js'
import { grantTo, receiversOf } from './receivers.js'
import { followAnything } from './flows.js'
import { followRenamed } from './range-values.js'
import { relationResource, resource } from './resource.js'
import { followName, type NamedKind } from './taken-names.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** DROP of anything in a schema or a database. */
export const dropObjects: Handler = (walk, body) => {
  const cascade = textOf(body, 'behavior') === 'DROP_CASCADE' && { cascade: true }
  for (const item of listOf(body, 'objects')) {
    onObject(walk, textOf(body, 'removeType'), item, ({ target, attributes }) => {
      changing(body, 'removeType')(walk, target, { ...attributes, drop: true, ...cascade })
    })
    if (textOf(body, 'removeType') === 'OBJECT_TABLE') dropChildren(walk, item)
    followDropped(walk, textOf(body, 'removeType'), item)
  }
}

/** What others find by its name then is another one, which may be made next. */
function followDropped(walk: Walk, type: string, item: TreeNode): void {
  if (kindOf(type) !== undefined || passedThrough.has(type)) followAnything(walk)
  if (ofRelationItself.has(type)) {
    const written = writtenName(namesOf(listOf(bodyOf(item, 'List') ?? {}, 'items')) ?? [])
    const relation = written === undefined ? undefined : findRelation(walk, written)
    if (relation !== undefined) followRenamed(walk, relation)
  }
  if (type === 'OBJECT_SCHEMA') followSchema(walk, textOf(bodyOf(item, 'String') ?? {}, 'sval'))
}

/** Without these, calls and values that are there find others, or none; with an extension anything goes. */
const passedThrough: ReadonlySet<string> = new Set(
  ['CAST', 'CONVERSION', 'EXTENSION', 'OPCLASS', 'TRANSFORM'].map((kind) => `OBJECT_${kind}`),
)

/** Everything in a schema has no name any more, or another one. */
function followSchema(walk: Walk, name: string): void {
  const { relations, routines } = walk.catalog
  for (const relation of relations.values()) if (relation.schema === name) followRenamed(walk, relation)
  for (const routine of routines.values()) if (routine.schema === name) return followAnything(walk)
}

/** What is called or made by its name, and is no relation. */
function kindOf(type: string): NamedKind | undefined {
  if (/^OBJECT_(?:FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)$/.test(type)) return 'function'
  if (type === 'OBJECT_TYPE' || type === 'OBJECT_DOMAIN') return 'type'
  return type === 'OBJECT_OPERATOR' ? 'operator' : undefined
}

/** The name that something gets is that of another one. */
function followNewName(walk: Walk, type: string, written: WrittenName): void {
  const kind = ofRelationItself.has(type) ? 'relation' : kindOf(type)
  if (kind !== undefined) followName(walk, kind, written)
}

/** Partitions go with their table, and so do inheriting tables with CASCADE. */
function dropChildren(walk: Walk, item: TreeNode): void {
  const written = writtenName(namesOf(listOf(bodyOf(item, 'List') ?? {}, 'items')) ?? [])
  const table = written === undefined ? undefined : findRelation(walk, written)
  for (const child of table === undefined ? [] : descendants(walk, table)) {
    define(walk, relationResource(child, walk.state), { drop: true })
  }
}

/** Policies say who sees which rows, roles who may do what: whoever changes one gives or takes rights. */
function changing(body: TreeNode, typeField: string): typeof define {
  const type = textOf(body, typeField)
  const isRight = type === 'OBJECT_POLICY' || type === 'OBJECT_ROLE'
  return isRight && typeField !== 'objtype' ? grant : define
}

/** ALTER … DEPENDS ON EXTENSION, COMMENT ON. */
export const changeObject =
  (typeField: string): Handler =>
  (walk, body) => {
    onObject(walk, textOf(body, typeField), objectNode(body), ({ target, attributes }) => {
      changing(body, typeField)(walk, target, attributes)
    })
  }

/** ALTER … RENAME TO: both names. */
export const renameObject: Handler = (walk, body) => {
  const type = textOf(body, 'renameType')
  if (type === 'OBJECT_COLUMN' || type === 'OBJECT_ATTRIBUTE') {
    renameColumn(walk, body)
    return
  }
  if (type === 'OBJECT_SCHEMA') followSchema(walk, textOf(body, 'subname'))
  if (ofRelationItself.has(type)) followNamed(walk, body)
  followNewName(walk, type, { schema: undefined, name: textOf(body, 'newname') })
  onObject(walk, type, objectNode(body), ({ target, attributes }) => {
    const change = changing(body, 'renameType')
    change(walk, target, attributes)
    if (!ofRelation.has(type) && !parts.has(type) && attributes['object'] !== 'index') {
      change(walk, withName(target, textOf(body, 'newname')), attributes)
    }
  })
}

/**
 * Rules name columns: both names are said, of the table, of everything below it, and of the tables that have their columns
 * from a type.
 */
function renameColumn(walk: Walk, body: TreeNode): void {
  const range = nodeOf(body, 'relation') ?? {}
  const written = rangeVarName(range)
  const columns = new Set([textOf(body, 'subname'), textOf(body, 'newname')])
  const isType = textOf(body, 'renameType') === 'OBJECT_ATTRIBUTE'
  if (isType) for (const target of namedObject(walk, 'type', written)) define(walk, target, {}, columns)
  const named = isType
    ? tablesOfType(walk, written).map((relation) => ({ target: relationResource(relation, walk.state), relation }))
    : relationTargets(walk, written)
  for (const { target, relation } of named) {
    define(walk, target, {}, columns)
    if (relation !== undefined) followRenamed(walk, relation, textOf(body, 'subname'))
    if (relation === undefined || !flagOf(range, 'inh')) continue
    for (const child of descendants(walk, relation)) {
      define(walk, relationResource(child, walk.state), { object: 'child' }, columns)
    }
  }
}

const ofRelationItself: ReadonlySet<string> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
  // The server takes tables and views here, too.
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
])

function followNamed(walk: Walk, body: TreeNode): void {
  for (const { relation } of relationTargets(walk, rangeVarName(nodeOf(body, 'relation') ?? {}))) {
    if (relation === undefined) continue
    followRenamed(walk, relation)
    // Where it is moved to, others may look first.
    if (textOf(body, 'newschema') !== '') followName(walk, 'relation', relation)
  }
}

/** Renamed inside of what the command names. */
const parts: ReadonlySet<string> = new Set(['OBJECT_DOMCONSTRAINT'])

/** ALTER … SET SCHEMA: both places. */
export const moveObject: Handler = (walk, body) => {
  const schema = textOf(body, 'newschema')
  const type = textOf(body, 'objectType')
  if (ofRelationItself.has(type)) followNamed(walk, body)
  if (kindOf(type) !== undefined) followAnything(walk)
  onObject(walk, type, objectNode(body), ({ target, attributes }) => {
    define(walk, target, attributes)
    const moved = withSchema(target, schema)
    define(walk, moved ?? resource('schema', schema), attributes)
  })
}

const segment = String.raw`[^.:"]*|"(?:[^"]|"")*"`
const lastSegment = new RegExp(`(?:${segment})$`)
const twoSegments = new RegExp(`^(\\w[\\w-]*:)(?:${segment})\\.(${segment})$`)

/** The same kind of object in the same place under another name. */
function withName(target: string, name: string): string {
  return target.replace(lastSegment, () => resource('', name).slice(1))
}

/** The same object in another schema; undefined when it is in none. */
function withSchema(target: string, schema: string): string | undefined {
  const match = twoSegments.exec(target)
  return match === null ? undefined : `${match[1] ?? ''}${resource('', schema).slice(1)}.${match[2] ?? ''}`
}

/** SECURITY LABEL. */
export const grantOnObject =
  (typeField: string, object: string): Handler =>
  (walk, body) => {
    onObject(walk, textOf(body, typeField), objectNode(body), ({ target, attributes }) => {
      grant(walk, target, { ...attributes, object })
    })
  }

/** ALTER … OWNER TO: who has it then may do everything with it. */
export const giveObject: Handler = (walk, body) => {
  const receivers = receiversOf(walk, [nodeOf(body, 'newowner') ?? {}])
  onObject(walk, textOf(body, 'objectType'), objectNode(body), ({ target, attributes }) => {
    grantTo(walk, target, receivers, { ...attributes, object: 'owner' })
  })
}

/** Commands name their object as a relation, as an object, or, for what is in no schema, by a bare name. */
function objectNode(body: TreeNode): TreeNode | undefined {
  const relation = nodeOf(body, 'relation')
  if (relation !== undefined) return { RangeVar: relation }
  return nodeOf(body, 'object') ?? { String: { sval: textOf(body, 'subname') } }
}

const ofRelation: ReadonlySet<string> = new Set([
  'OBJECT_COLUMN',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
])

function onObject(walk: Walk, type: string, node: TreeNode | undefined, apply: (object: NamedObject) => void): void {
  const whole = node?.['RangeVar'] !== undefined && ofRelation.has(type)
  const objects = namedObjects(walk, whole ? 'OBJECT_TABLE' : type, node)
  if (objects === undefined) walk.opaque('unknown kind of object', type)
  else for (const object of objects) apply(object)
}
