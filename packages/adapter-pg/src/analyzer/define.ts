import type { Relation } from '../catalog/snapshot.js'
import { creationSchema, findRelation, type WrittenName } from './names.js'
import { relationResource, resource, schemaLabel } from './resource.js'
import { runStored } from './routine-effects.js'
import type { Walk } from './walk.js'

export type DefineAttributes = Readonly<Record<string, string | boolean | readonly string[]>>

/** An object of the database is created, changed or dropped: names may mean something else afterwards. */
export function define(
  walk: Walk,
  target: string,
  attributes: DefineAttributes = {},
  columns?: ReadonlySet<string>,
): void {
  walk.effects.add('define', target, attributes, columns)
  announce(walk, target, attributes)
}

/** Rights, roles or owners change. */
export function grant(walk: Walk, target: string, attributes: DefineAttributes = {}): void {
  walk.effects.add('grant', target, attributes)
  announce(walk, target, attributes)
}

/** What belongs to the whole server, and event triggers themselves, run no event trigger. */
const silent: ReadonlySet<string> = new Set(['database', 'tablespace', 'role', 'setting', 'event-trigger'])

/** Commands that name a role or the database and are about objects in it. */
const heard = ({ object, drop }: DefineAttributes): boolean =>
  object === 'default-privileges' || (object === 'owned' && drop === true)

function announce(walk: Walk, target: string, attributes: DefineAttributes): void {
  const isSilent = silent.has(target.slice(0, target.indexOf(':'))) && !heard(attributes)
  if (isSilent) walk.changesCatalog = true
  else runEventTriggers(walk, attributes)
}

/** Event triggers run for every command on objects, whatever its tag; those for dropping and rewriting not for all. */
export function runEventTriggers(walk: Walk, { drop, rewrite }: DefineAttributes = {}): void {
  walk.changesCatalog = true
  for (const { event, function: routine } of walk.catalog.eventTriggers) {
    const runs =
      event === 'sql_drop'
        ? drop === true || mayDrop(walk)
        : event === 'table_rewrite'
          ? rewrite === true
          : event !== 'login'
    if (runs) runStored(walk, [routine], 'event-trigger')
  }
}

/** Many commands drop parts of what they change: constraints, columns, members. Those that only make something do not. */
function mayDrop({ parsed, statementIndex }: Walk): boolean {
  const type = parsed.statements[statementIndex]?.type ?? ''
  return !(making.has(type) || (type.startsWith('Create') && type !== 'CreateExtensionStmt'))
}

const making: ReadonlySet<string> = new Set(
  'CommentStmt CompositeTypeStmt DefineStmt GrantStmt IndexStmt RuleStmt SelectStmt ViewStmt'.split(' '),
)

/**
 * Resources that an existing object's name may stand for: the one that is found, or, for a name without schema that is not
 * there (IF EXISTS), one for each schema it could be in.
 */
export function namedObject(walk: Walk, kind: string, written: WrittenName): readonly string[] {
  const { schema, name } = written
  if (schema !== undefined) return [resource(kind, schemaLabel(schema, walk.state), name)]
  const schemas = walk.state.searchPath.filter((item) => item !== 'pg_catalog')
  const present = schemas.filter((item) => holds(walk, kind, item, name))
  const possible = present.length > 0 ? present.slice(0, kind === 'function' ? undefined : 1) : schemas
  const named = possible.length > 0 ? possible : [creationSchema(walk)]
  return named.map((item) => resource(kind, schemaLabel(item, walk.state), name))
}

function holds(walk: Walk, kind: string, schema: string, name: string): boolean {
  switch (kind) {
    case 'function':
      return walk.catalog.routinesNamed(name).some((routine) => routine.schema === schema)
    case 'type':
      return walk.catalog.type(schema, name) !== undefined
    case 'operator':
      return walk.catalog.userOperatorsNamed(name).some((operator) => operator.schema === schema)
    default:
      return walk.catalog.relation(schema, name) !== undefined
  }
}

/** The table-like objects that a relation's name in DDL stands for; an index stands for its table. */
export function relationTargets(walk: Walk, written: WrittenName): readonly RelationTarget[] {
  const relation = findRelation(walk, written)
  if (relation === undefined)
    return namedObject(walk, 'table', written).map((target) => ({ target, relation: undefined }))
  const table = relation.kind === 'index' ? walk.catalog.relations.get(relation.table ?? 0) : undefined
  return [{ target: relationResource(table ?? relation, walk.state), relation: table ?? relation }]
}

/** Everything below a relation: partitions, inheriting tables and theirs. */
export function descendants(walk: Walk, relation: Relation): readonly Relation[] {
  const found = new Set<Relation>()
  const waiting = walk.isExhausted ? [] : [...relation.children]
  for (let id = waiting.pop(); id !== undefined && walk.afford(1); id = waiting.pop()) {
    const child = walk.catalog.relations.get(id)
    if (child === undefined) walk.miss('relation', `#${String(id)}`)
    else if (!found.has(child)) {
      found.add(child)
      waiting.push(...child.children)
    }
  }
  return [...found]
}

/** Tables that have their columns from a composite type. */
export function tablesOfType(walk: Walk, written: WrittenName): readonly Relation[] {
  const type = findRelation(walk, written)?.rowType ?? 0
  return type === 0 ? [] : walk.everyRelation().filter(({ ofType }) => ofType === type)
}

export interface RelationTarget {
  readonly target: string
  readonly relation: Relation | undefined
}

/** The resource of a new object. */
export function newObject(walk: Walk, kind: string, { schema, name }: WrittenName): string {
  return resource(kind, schemaLabel(schema ?? creationSchema(walk), walk.state), name)
}
