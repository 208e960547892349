import type { Relation, Routine, TypeInfo } from '../catalog/snapshot.js'
import { textOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** Where a name was written: its schema, if it has one, and itself. */
export interface WrittenName {
  readonly schema: string | undefined
  readonly name: string
}

/** Reads `name`, `schema.name` or `database.schema.name`; undefined for more parts. */
export function writtenName(parts: readonly string[]): WrittenName | undefined {
  const name = parts.at(-1)
  if (name === undefined || parts.length > 3) return undefined
  return { schema: parts.at(-2), name }
}

/** The name of a `RangeVar`. */
export function rangeVarName(body: TreeNode): WrittenName {
  const schema = textOf(body, 'schemaname')
  return { schema: schema === '' ? undefined : schema, name: textOf(body, 'relname') }
}

/** Finds the relation as the server would, indexes apart; undefined when the catalog does not have it. */
export function findRelation(walk: Walk, written: WrittenName): Relation | undefined {
  for (const schema of schemasFor(walk, written)) {
    const relation = walk.catalog.relation(schema, written.name)
    if (relation === undefined) continue
    if (written.schema === undefined && isMovable(walk, schema)) walk.movable.add(written.name)
    return relation
  }
  return undefined
}

/** Whether somebody else can make a name without a schema stand for another relation than the one in this schema. */
function isMovable({ state }: Walk, schema: string): boolean {
  const isFixed = (name: string): boolean => name === 'pg_catalog' || name === state.temporarySchema
  return !isFixed(schema) && state.searchPath.filter((name) => !isFixed(name)).length > 1
}

/** As `findRelation`; a relation that is not there makes the text opaque. */
export function expectRelation(walk: Walk, written: WrittenName): Relation | undefined {
  const relation = findRelation(walk, written)
  if (relation === undefined) walk.miss('relation', printed(written))
  return relation
}

/** Finds a type as the server would. */
export function findType(walk: Walk, written: WrittenName): TypeInfo | undefined {
  for (const schema of schemasFor(walk, written)) {
    const type = walk.catalog.type(schema, written.name)
    if (type !== undefined) return type
  }
  return undefined
}

/**
 * The type of which a call with this name may make a value, as `t('x')` does. No row type is one, nor one in the temporary
 * schema that is not written (`FuncNameAsType` in the server's source).
 */
export function typeOfCall(walk: Walk, written: WrittenName): TypeInfo | undefined {
  for (const schema of functionSchemas(walk, written.schema)) {
    const type = walk.catalog.type(schema, written.name)
    if (type !== undefined) return type.kind === 'composite' ? undefined : type
  }
  return undefined
}

/** All routines that a call of this name may mean. Functions in temporary schemas need their schema written. */
export function findRoutines(walk: Walk, written: WrittenName): readonly Routine[] {
  const named = walk.catalog.routinesNamed(written.name)
  if (named.length === 0) return named
  const schemas = functionSchemas(walk, written.schema)
  return named.filter((routine) => schemas.includes(routine.schema))
}

/** Schemas in which functions and operators are looked up. */
export function functionSchemas(walk: Walk, schema: string | undefined): readonly string[] {
  if (schema !== undefined) return [realSchema(walk, schema)]
  return walk.state.searchPath.filter((name) => name !== walk.state.temporarySchema)
}

/** The schema in which an unqualified new object is created. */
export function creationSchema(walk: Walk): string {
  if (walk.creatingIn !== undefined) return walk.creatingIn
  const { searchPath, temporarySchema } = walk.state
  // pg_catalog is in the path without being written, unless the path names it; new objects never go there by default.
  return searchPath.find((name) => name !== temporarySchema && name !== 'pg_catalog') ?? 'public'
}

export function printed(written: WrittenName): string {
  return written.schema === undefined ? written.name : `${written.schema}.${written.name}`
}

function schemasFor(walk: Walk, written: WrittenName): readonly string[] {
  return written.schema === undefined ? walk.state.searchPath : [realSchema(walk, written.schema)]
}

function realSchema(walk: Walk, schema: string): string {
  return schema === 'pg_temp' ? (walk.state.temporarySchema ?? schema) : schema
}
