import type { Relation } from '../catalog/snapshot.js'
import { define, relationTargets } from './define.js'
import { readToDefine } from './definition-reads.js'
import { relationRange } from './from.js'
import { creationSchema, rangeVarName } from './names.js'
import { relationAttributes } from './relation-reads.js'
import { relationResource, resource, schemaLabel } from './resource.js'
import { Scope } from './scope.js'
import { isSystemRelation } from './sensitive-relations.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** CREATE and ALTER PUBLICATION: whoever subscribes gets the rows of its tables, so that each of them is read. */
export const definePublication: Handler = (walk, body, scope) => {
  define(walk, resource('publication', textOf(body, 'pubname')))
  if (textOf(body, 'action') === 'AP_DropObjects') return
  if (flagOf(body, 'for_all_tables')) publishAll(walk, undefined)
  for (const item of listOf(body, 'pubobjects')) publish(walk, bodyOf(item, 'PublicationObjSpec') ?? {}, scope)
}

function publish(walk: Walk, spec: TreeNode, scope: Scope): void {
  const table = nodeOf(spec, 'pubtable')
  if (table !== undefined) publishTable(walk, table, scope)
  else if (textOf(spec, 'pubobjtype') === 'PUBLICATIONOBJ_TABLES_IN_SCHEMA') publishAll(walk, textOf(spec, 'name'))
  else publishAll(walk, creationSchema(walk))
}

/** One table: the columns that are listed and those of its condition, or all. */
function publishTable(walk: Walk, table: TreeNode, outer: Scope): void {
  const range = nodeOf(table, 'relation') ?? {}
  for (const { target, relation } of relationTargets(walk, rangeVarName(range))) {
    const listed = namesOf(listOf(table, 'columns')) ?? []
    const columns = new Set(listed.length > 0 ? listed : ['*'])
    if (relation === undefined) {
      walk.effects.add('read', target, { via: 'define' }, columns)
      continue
    }
    const scope = new Scope(outer)
    scope.ranges.push(relationRange(walk, relation, undefined, [], columns))
    walk.visit(nodeOf(table, 'whereClause'), scope)
    readToDefine(walk, relation, columns)
  }
}

/** Every table of a schema or of the database: those that there are, and those to come. */
function publishAll(walk: Walk, schema: string | undefined): void {
  const label = schema === undefined ? undefined : schemaLabel(schema, walk.state)
  const to = label === undefined ? 'table:*.*' : `${resource('table', label)}.*`
  walk.effects.add('read', to, { via: 'define' }, everything)
  for (const relation of walk.everyRelation()) {
    if (!isPublished(relation) || (schema !== undefined && relation.schema !== schema)) continue
    if (!walk.afford(relation.columns.size)) return
    if (schema !== undefined) readToDefine(walk, relation, everything)
    else {
      const attributes = relationAttributes(relation, 'define')
      walk.effects.add('read', relationResource(relation, walk.state), attributes, everything, relation.columns.keys())
    }
  }
}

function isPublished(relation: Relation): boolean {
  return tables.has(relation.kind) && !relation.temporary && !isSystemRelation(relation)
}

const tables: ReadonlySet<string> = new Set(['table', 'partitioned-table'])
const everything: ReadonlySet<string> = new Set(['*'])
