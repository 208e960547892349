import { type DefineAttributes, namedObject, relationTargets } from './define.js'
import { writtenName } from './names.js'
import { resource } from './resource.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/** An object that a command names, with what is said about it. */
export interface NamedObject {
  readonly target: string
  readonly attributes: DefineAttributes
}

type Shape =
  /** A relation, or something that belongs to one. */
  | { readonly is: 'relation'; readonly object: string; readonly trailing?: number }
  /** Something in a schema. */
  | { readonly is: 'schema-object'; readonly kind: string }
  /** Something of the whole database or server. */
  | { readonly is: 'global'; readonly kind: string; readonly sensitive?: boolean }

const relation = (object: string, trailing = 0): Shape => ({ is: 'relation', object, trailing })
const inSchema = (kind: string): Shape => ({ is: 'schema-object', kind })
const global = (kind: string, sensitive = false): Shape => ({ is: 'global', kind, sensitive })

/** ObjectType of parsenodes.h. */
const shapes: ReadonlyMap<string, Shape> = new Map([
  ['OBJECT_TABLE', relation('table')],
  ['OBJECT_VIEW', relation('view')],
  ['OBJECT_MATVIEW', relation('materialized-view')],
  ['OBJECT_FOREIGN_TABLE', relation('foreign-table')],
  ['OBJECT_SEQUENCE', relation('sequence')],
  ['OBJECT_INDEX', relation('index')],
  ['OBJECT_COLUMN', relation('column', 1)],
  ['OBJECT_TABCONSTRAINT', relation('constraint', 1)],
  ['OBJECT_TRIGGER', relation('trigger', 1)],
  ['OBJECT_RULE', relation('rule', 1)],
  ['OBJECT_POLICY', relation('policy', 1)],
  ['OBJECT_ATTRIBUTE', inSchema('type')],
  ['OBJECT_TYPE', inSchema('type')],
  ['OBJECT_DOMAIN', inSchema('type')],
  ['OBJECT_DOMCONSTRAINT', inSchema('type')],
  ['OBJECT_FUNCTION', inSchema('function')],
  ['OBJECT_PROCEDURE', inSchema('function')],
  ['OBJECT_ROUTINE', inSchema('function')],
  ['OBJECT_AGGREGATE', inSchema('function')],
  ['OBJECT_OPERATOR', inSchema('operator')],
  ['OBJECT_OPCLASS', inSchema('operator-class')],
  ['OBJECT_OPFAMILY', inSchema('operator-family')],
  ['OBJECT_COLLATION', inSchema('collation')],
  ['OBJECT_CONVERSION', inSchema('conversion')],
  ['OBJECT_STATISTIC_EXT', inSchema('statistics')],
  ['OBJECT_TSCONFIGURATION', inSchema('text-search')],
  ['OBJECT_TSDICTIONARY', inSchema('text-search')],
  ['OBJECT_TSPARSER', inSchema('text-search')],
  ['OBJECT_TSTEMPLATE', inSchema('text-search')],
  ['OBJECT_CAST', global('cast')],
  ['OBJECT_TRANSFORM', global('transform')],
  ['OBJECT_SCHEMA', global('schema')],
  ['OBJECT_ROLE', global('role')],
  ['OBJECT_DATABASE', global('database')],
  ['OBJECT_PUBLICATION', global('publication')],
  ['OBJECT_EVENT_TRIGGER', global('event-trigger')],
  ['OBJECT_ACCESS_METHOD', global('access-method')],
  ['OBJECT_TABLESPACE', global('tablespace', true)],
  ['OBJECT_EXTENSION', global('extension', true)],
  ['OBJECT_LANGUAGE', global('language', true)],
  ['OBJECT_FDW', global('foreign-data-wrapper', true)],
  ['OBJECT_FOREIGN_SERVER', global('server', true)],
  ['OBJECT_SUBSCRIPTION', global('subscription', true)],
  ['OBJECT_PARAMETER_ACL', global('setting', true)],
  ['OBJECT_LARGEOBJECT', global('largeobject', true)],
])

/** What a command that names an object of some type is about. Undefined when the type is not known. */
export function namedObjects(walk: Walk, type: string, node: TreeNode | undefined): readonly NamedObject[] | undefined {
  const shape = shapes.get(type)
  if (shape === undefined || node === undefined) return undefined
  switch (shape.is) {
    case 'relation':
      return relationObjects(walk, shape.object, shape.trailing ?? 0, node)
    case 'schema-object': {
      const parts = schemaObjectName(node)
      // Operator classes and families stand after their access method.
      const written = writtenName(shape.kind.startsWith('operator-') ? parts.slice(1) : parts)
      if (written === undefined) return undefined
      return namedObject(walk, shape.kind, written).map((target) => ({ target, attributes: {} }))
    }
    case 'global':
      return [
        { target: globalResource(shape.kind, node), attributes: shape.sensitive === true ? { sensitive: true } : {} },
      ]
  }
}

function relationObjects(
  walk: Walk,
  object: string,
  trailing: number,
  node: TreeNode,
): readonly NamedObject[] | undefined {
  const parts = relationParts(node)
  const names = trailing === 0 ? parts : parts.slice(0, -trailing)
  const written = writtenName(names)
  if (written === undefined) return undefined
  const attributes = object === 'table' ? {} : { object }
  return relationTargets(walk, written).map(({ target }) => ({ target, attributes }))
}

/** A list of names, or a `RangeVar`. */
function relationParts(node: TreeNode): readonly string[] {
  const range = bodyOf(node, 'RangeVar')
  if (range === undefined) return namesOf(listOf(bodyOf(node, 'List') ?? {}, 'items')) ?? []
  const schema = textOf(range, 'schemaname')
  return schema === '' ? [textOf(range, 'relname')] : [schema, textOf(range, 'relname')]
}

/** Functions come with arguments, types as type names, operator classes after their access method. */
function schemaObjectName(node: TreeNode): readonly string[] {
  const typed = unwrap(node)
  switch (typed?.type) {
    case 'ObjectWithArgs':
      return namesOf(listOf(typed.body, 'objname')) ?? []
    case 'TypeName':
      return namesOf(listOf(typed.body, 'names')) ?? []
    case 'String':
      return [textOf(typed.body, 'sval')]
    case 'RangeVar':
      return relationParts(node)
    case 'List': {
      const items = listOf(typed.body, 'items')
      const first = items[0]
      return bodyOf(first, 'TypeName') === undefined || first === undefined
        ? (namesOf(items) ?? [])
        : schemaObjectName(first)
    }
    default:
      return []
  }
}

function globalResource(kind: string, node: TreeNode): string {
  const name = bodyOf(node, 'String')
  if (name !== undefined && kind !== 'largeobject') return resource(kind, textOf(name, 'sval'))
  // Casts have two types for a name, large objects a number: one resource for all of them.
  return `${kind}:*`
}

/** The name that a `RoleSpec` stands for. */
export function roleName(walk: Walk, spec: TreeNode | undefined): string {
  const body = bodyOf(spec, 'RoleSpec') ?? spec ?? {}
  switch (textOf(body, 'roletype')) {
    case 'ROLESPEC_CSTRING':
      return textOf(body, 'rolename')
    case 'ROLESPEC_SESSION_USER':
      return walk.state.sessionUser
    case 'ROLESPEC_PUBLIC':
      return 'public'
    default:
      return walk.state.currentUser
  }
}

/** An option of a command by its name. */
export function optionOf(body: TreeNode, field: string, name: string): TreeNode | undefined {
  for (const item of listOf(body, field)) {
    const option = bodyOf(item, 'DefElem') ?? {}
    if (textOf(option, 'defname') === name) return nodeOf(option, 'arg')
  }
  return undefined
}

/** Whether a command has an option, with or without a value. */
export function hasOption(body: TreeNode, field: string, name: string): boolean {
  return listOf(body, field).some((item) => textOf(bodyOf(item, 'DefElem') ?? {}, 'defname') === name)
}
