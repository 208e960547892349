import { define, grant } from './define.js'
import { namedObjects, type NamedObject } from './objects.js'
import { listOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** DROP of anything in a schema or a database. */
export const dropObjects: Handler = (walk, body) => {
  const cascade = textOf(body, 'behavior') === 'DROP_CASCADE' && { cascade: true }
  for (const item of listOf(body, 'objects')) {
    onObject(walk, textOf(body, 'removeType'), item, ({ target, attributes }) => {
      changing(body, 'removeType')(walk, target, { ...attributes, drop: true, ...cascade })
    })
  }
}

/** A policy says who sees which rows: whoever changes one gives or takes rights. */
function changing(body: TreeNode, typeField: string): typeof define {
  return textOf(body, typeField) === 'OBJECT_POLICY' && body['comment'] === undefined ? grant : define
}

/** ALTER … RENAME, SET SCHEMA, DEPENDS ON EXTENSION, COMMENT ON. */
export const changeObject =
  (typeField: string): Handler =>
  (walk, body) => {
    onObject(walk, textOf(body, typeField), objectNode(body), ({ target, attributes }) => {
      changing(body, typeField)(walk, target, attributes)
    })
  }

/** ALTER … OWNER TO, SECURITY LABEL. */
export const grantOnObject =
  (typeField: string, object: string): Handler =>
  (walk, body) => {
    onObject(walk, textOf(body, typeField), objectNode(body), ({ target, attributes }) => {
      grant(walk, target, { ...attributes, object })
    })
  }

/** Some commands name their object as a relation, others as an object. RENAME of a column or constraint names its relation. */
function objectNode(body: TreeNode): TreeNode | undefined {
  const relation = nodeOf(body, 'relation')
  return nodeOf(body, 'object') ?? (relation === undefined ? undefined : { RangeVar: relation })
}

const ofRelation: ReadonlySet<string> = new Set([
  'OBJECT_COLUMN',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
  'OBJECT_ATTRIBUTE',
])

function onObject(walk: Walk, type: string, node: TreeNode | undefined, apply: (object: NamedObject) => void): void {
  const whole = node?.['RangeVar'] !== undefined && ofRelation.has(type)
  const objects = namedObjects(walk, whole ? 'OBJECT_TABLE' : type, node)
  if (objects === undefined) walk.opaque('unknown kind of object', type)
  else for (const object of objects) apply(object)
}
