import type { Relation, StoredUse } from '../catalog/snapshot.js'
import { relationResource } from './resource.js'
import { isSensitiveRelation } from './sensitive-relations.js'
import { evaluateStored, runStored } from './routine-effects.js'
import type { Walk } from './walk.js'

/**
 * Effects of reading rows of a relation: the relation itself, its children, for a view what it stands for, and functions
 * that the server runs on the way (policies, comparisons of user-defined types). `columns` may still grow.
 */
export function readRelation(
  walk: Walk,
  relation: Relation,
  columns: ReadonlySet<string>,
  options: ReadOptions = {},
): void {
  read(walk, relation, columns, options, new Map())
}

/** Columns that one read reaches, by relation: what is behind a view may be behind another one, too, with other columns. */
export type Reached = Map<number, Set<string>>

/** A relation that is read already, whatever its columns. */
export function reachedWhole(relation: Relation): Reached {
  return new Map([[relation.id, new Set(everything)]])
}

/** Whether a read reaches anything of a relation that it did not reach before. */
function reachesMore(reached: Reached, { id }: Relation, columns: ReadonlySet<string>): boolean {
  const known = reached.get(id)
  if (known === undefined) {
    reached.set(id, new Set(columns))
    return true
  }
  if (known.has('*')) return false
  const before = known.size
  for (const column of columns) known.add(column)
  return known.size > before
}

export interface ReadOptions {
  readonly via?: string
  /** FROM ONLY: without children. */
  readonly only?: boolean
}

/** Attributes that every effect on a relation carries. */
export function relationAttributes(relation: Relation, via?: string): Record<string, string | boolean> {
  return {
    ...(relation.kind !== 'table' && relation.kind !== 'sequence' && { kind: relation.kind }),
    ...(relation.server !== undefined && { server: relation.server }),
    ...(isSensitiveRelation(relation) && { sensitive: true }),
    ...(via !== undefined && { via }),
  }
}

function read(
  walk: Walk,
  relation: Relation,
  columns: ReadonlySet<string>,
  { via, only }: ReadOptions,
  reached: Reached,
): void {
  if (!walk.afford(1) || !reachesMore(reached, relation, columns)) return
  const { state, effects } = walk
  walk.mention([...relation.columns.values(), { type: relation.rowType }])
  effects.add(
    'read',
    relationResource(relation, state),
    relationAttributes(relation, via),
    columns,
    relation.columns.keys(),
  )
  if (relation.comparisons.length > 0) runStored(walk, relation.comparisons, 'comparison')
  if (relation.searches.length > 0) runStored(walk, relation.searches, 'index')
  planRelation(walk, relation)
  applyPolicies(walk, relation, 'select', via, reached)
  if (relation.query !== undefined && relation.kind === 'view') readView(walk, relation, reached)
  if (only === true) return
  for (const id of relation.children) {
    const child = walk.catalog.relations.get(id)
    if (child === undefined) walk.miss('relation', `#${String(id)}`)
    else read(walk, child, columns, via === undefined ? {} : { via }, reached)
  }
}

/** What the server computes of a relation's own expressions before it reads or changes any row of it. */
export function planRelation(walk: Walk, relation: Relation): void {
  for (const use of relation.planned) evaluateStored(walk, use, 'plan')
}

/** Superusers see every row; but behind a view the policies of its owner hold. */
export function bypassesPolicies(walk: Walk, via: string | undefined): boolean {
  return walk.state.settings.is_superuser === 'on' && via === undefined
}

/**
 * Policies that say which rows a command reaches: those of SELECT for a read, those of UPDATE as well where the rows are
 * locked (`get_row_security_policies` of PostgreSQL's rowsecurity.c). A change runs those of every command.
 */
export function applyPolicies(
  walk: Walk,
  relation: Relation,
  command: 'select' | 'update',
  via?: string,
  reached: Reached = new Map(),
): void {
  if (!relation.rowSecurity || bypassesPolicies(walk, via)) return
  for (const policy of relation.policies) {
    if (policy.command === '*' || policy.command === command) applyStored(walk, policy.use, 'policy', reached)
  }
}

/**
 * Effects of locking rows of a relation, of its children or of what a view shows: others wait, and the versions of the rows
 * change.
 */
export function lockRelation(
  walk: Walk,
  relation: Relation,
  lock: string,
  via?: string,
  seen: Set<number> = new Set(),
): void {
  if (!walk.afford(1) || seen.has(relation.id)) return
  seen.add(relation.id)
  walk.effects.add('write', relationResource(relation, walk.state), { ...relationAttributes(relation), lock })
  applyPolicies(walk, relation, 'update', via)
  const under = relation.kind === 'view' ? (relation.query?.relations ?? []) : relation.children
  for (const id of under) {
    const other = walk.catalog.relations.get(id)
    if (other !== undefined) lockRelation(walk, other, lock, relation.kind === 'view' ? 'view' : via, seen)
  }
}

/** Rows that a stored query locks: each of its relations, as strongly as there is, but for the view that it belongs to. */
export function lockStored(walk: Walk, use: StoredUse, via: string, view?: Relation): void {
  if (!use.commands.has('lock')) return
  for (const id of use.relations) {
    const relation = walk.catalog.relations.get(id)
    if (relation !== undefined && relation !== view) lockRelation(walk, relation, 'update', via)
  }
}

function readView(walk: Walk, view: Relation, reached: Reached): void {
  if (view.query === undefined) return
  evaluateStored(walk, view.query, 'view')
  lockStored(walk, view.query, 'view', view)
  for (const id of view.query.relations) {
    const relation = walk.catalog.relations.get(id)
    if (id === view.id) continue
    if (relation === undefined) walk.miss('relation', `#${String(id)}`)
    else read(walk, relation, queryColumns(view, relation), { via: 'view' }, reached)
  }
}

/** What a stored expression with queries in it evaluates and reads. */
export function applyStored(walk: Walk, use: StoredUse, via: string, reached: Reached): void {
  evaluateStored(walk, use, via)
  lockStored(walk, use, via)
  for (const id of use.relations) {
    const relation = walk.catalog.relations.get(id)
    if (relation === undefined) walk.miss('relation', `#${String(id)}`)
    else read(walk, relation, everything, { via }, reached)
  }
}

const everything: ReadonlySet<string> = new Set(['*'])

/** Names of the columns that the query of a view names, `*` where that may be all of them. */
export function queryColumns(view: Relation, relation: Relation): ReadonlySet<string> {
  const numbers = view.queryColumns.get(relation.id)
  if (numbers === undefined) return everything
  const names = new Set<string>()
  for (const column of relation.columns.values()) if (numbers.includes(column.number)) names.add(column.name)
  return names
}
