import { define } from './define.js'
import { creationSchema, rangeVarName } from './names.js'
import { resource, schemaLabel } from './resource.js'
import { followName } from './taken-names.js'
import { nodeOf, textOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** SELECT INTO and CREATE TABLE AS: a new table, filled at once. */
export function defineTarget(walk: Walk, into: TreeNode, kind?: string): void {
  const target = newRelation(walk, nodeOf(into, 'rel') ?? {})
  const attributes = kind === undefined ? {} : { kind }
  define(walk, target, { object: 'table', ...attributes })
  if (into['skipData'] !== true) walk.effects.add('write', target, attributes)
}

/** The resource of a relation that is about to be created. */
export function newRelation(walk: Walk, body: TreeNode, kind = 'table'): string {
  const { schema, name } = rangeVarName(body)
  const isTemporary = textOf(body, 'relpersistence') === 't' || schema === 'pg_temp'
  const place = isTemporary ? 'pg_temp' : (schema ?? creationSchema(walk))
  const real = isTemporary ? (walk.state.temporarySchema ?? place) : place
  followName(walk, 'relation', { schema: real, name })
  return resource(kind, schemaLabel(place, walk.state), name)
}
