import type { Relation } from '../catalog/snapshot.js'
import { define, descendants, relationTargets, runEventTriggers } from './define.js'
import { lookAt } from './looked-at.js'
import { expectRelation, rangeVarName } from './names.js'
import { hasOption } from './objects.js'
import { followOrder } from './range-values.js'
import { namesOfColumns } from './relation-changes.js'
import { relationAttributes } from './relation-reads.js'
import { relationResource, resource } from './resource.js'
import { lookAtOne } from './routine-effects.js'
import { bodyOf, flagOf, listOf, nodeOf, numberOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** VACUUM and ANALYZE: of the named relations, or of the whole database. Both run functions of indexes. */
export const vacuum: Handler = (walk, body) => {
  const maintenance = !flagOf(body, 'is_vacuumcmd')
    ? 'analyze'
    : !hasOption(body, 'options', 'full')
      ? 'vacuum'
      : 'vacuum full'
  const named = listOf(body, 'rels').map((item) => nodeOf(bodyOf(item, 'VacuumRelation') ?? {}, 'relation') ?? {})
  maintain(walk, named, maintenance)
}

/** CLUSTER rewrites a table in the order of an index: one that it names, or whichever the table was clustered by before. */
export const cluster: Handler = (walk, body) => {
  const named = nodeOf(body, 'relation')
  maintain(walk, named === undefined ? [] : [named], 'cluster')
  const tables =
    named === undefined
      ? walk.everyRelation()
      : relationTargets(walk, rangeVarName(named)).flatMap(({ relation }) => relation ?? [])
  for (const table of tables) order(walk, table, textOf(body, 'indexname'))
}

function order(walk: Walk, table: Relation, name: string): void {
  const index = name === '' ? table : (walk.catalog.relation(table.schema, name) ?? table)
  const columns = index.writeChecks.flatMap((check) => (check.kind === 'kept' ? check.columns : []))
  if (columns.includes(0)) followOrder(walk, table, '*')
  for (const column of namesOfColumns(table, columns)) followOrder(walk, table, column)
}

/** REINDEX of an index, a table, a schema or everything. */
export const reindex: Handler = (walk, body) => {
  const kind = textOf(body, 'kind')
  const relation = nodeOf(body, 'relation')
  if (kind === 'REINDEX_OBJECT_SCHEMA') {
    define(walk, resource('schema', textOf(body, 'name')), { maintenance: 'reindex' })
    lookAtAll(walk)
  } else maintain(walk, relation === undefined ? [] : [relation], 'reindex')
}

function maintain(walk: Walk, relations: readonly TreeNode[], maintenance: string): void {
  if (relations.length === 0) {
    define(walk, resource('database', walk.catalog.database), { maintenance })
    // From PostgreSQL 17 on; the others of the whole database run none.
    if (maintenance === 'reindex') runEventTriggers(walk)
    lookAtAll(walk)
  }
  for (const body of relations) {
    for (const { target, relation } of relationTargets(walk, rangeVarName(body))) {
      define(walk, target, { maintenance })
      if (relation === undefined) continue
      lookAt(walk, relation, 'index')
      for (const child of descendants(walk, relation)) {
        define(walk, relationResource(child, walk.state), { maintenance })
      }
    }
  }
}

function lookAtAll(walk: Walk): void {
  for (const relation of walk.everyRelation()) lookAtOne(walk, relation, 'index')
}

/** CHECKPOINT. */
export const checkpoint: Handler = (walk) => {
  walk.effects.add('execute', 'server:checkpoint', { sensitive: true })
}

/** Table locks by number; weaker ones than ACCESS SHARE do not exist. */
const lockModes = [
  '',
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
]

/** LOCK TABLE makes others wait: as good as a write, but for the lock that every SELECT takes. */
export const lockTable: Handler = (walk, body) => {
  const lock = lockModes[numberOf(body, 'mode')] ?? 'access exclusive'
  const seen = new Set<number>()
  for (const item of listOf(body, 'relations')) {
    const range = bodyOf(item, 'RangeVar') ?? {}
    const relation = expectRelation(walk, rangeVarName(range))
    if (relation !== undefined) lockOne(walk, relation, lock, flagOf(range, 'inh'), seen)
  }
}

function lockOne(walk: Walk, relation: Relation, lock: string, deep: boolean, seen: Set<number>): void {
  if (seen.has(relation.id)) return
  seen.add(relation.id)
  const duty = lock === 'access share' ? 'read' : 'write'
  walk.effects.add(duty, relationResource(relation, walk.state), { ...relationAttributes(relation), lock })
  const under = [
    ...(deep ? relation.children : []),
    ...(relation.kind === 'view' ? (relation.query?.relations ?? []) : []),
  ]
  for (const id of under) {
    const other = walk.catalog.relations.get(id)
    if (other !== undefined) lockOne(walk, other, lock, true, seen)
  }
}
