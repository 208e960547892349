import type { Relation } from '../catalog/snapshot.js'
import { descendants } from './define.js'
import { readColumn } from './range-values.js'
import { namesOfColumns } from './relation-changes.js'
import { relationAttributes } from './relation-reads.js'
import { relationResource } from './resource.js'
import type { Scope } from './scope.js'
import type { Walk } from './walk.js'

/**
 * Effects of a definition that goes through the rows of a relation and of those below it: what it finds in these columns
 * decides whether it succeeds, comes back in the server's errors, or goes into what it makes. Policies do not hold for it.
 */
export function readToDefine(walk: Walk, relation: Relation, columns: ReadonlySet<string>): void {
  if (columns.size === 0) return
  for (const each of [relation, ...descendants(walk, relation)]) {
    const attributes = relationAttributes(each, 'define')
    walk.effects.add('read', relationResource(each, walk.state), attributes, columns, each.columns.keys())
  }
}

/** Every column of a domain, or of one over it. */
export function readValues(walk: Walk, domain: number): void {
  for (const relation of walk.everyRelation()) {
    if (!stored.has(relation.kind)) continue
    const columns = [...relation.columns.values()].filter(({ type }) => isOver(walk, type, domain))
    readToDefine(walk, relation, new Set(columns.map(({ name }) => name)))
  }
}

const stored: ReadonlySet<string> = new Set(['table', 'partitioned-table', 'materialized-view', 'foreign-table'])

function isOver(walk: Walk, type: number, domain: number): boolean {
  for (let id = type, steps = 0; steps < 32; steps += 1) {
    if (id === domain) return true
    const info = walk.catalog.types.get(id)
    if (info?.kind !== 'domain') return false
    id = info.base
  }
  return true
}

/** Columns that a definition names outside of expressions. */
export function readNamed(walk: Walk, scope: Scope, names: Iterable<string>): void {
  for (const name of names) for (const range of scope.ranges) readColumn(walk, range, name)
}

/** The other sides of the foreign keys that a table has. */
export function readReferenced(walk: Walk, relation: Relation): void {
  for (const id of relation.references) {
    const other = walk.catalog.relations.get(id)
    if (other === undefined) continue
    for (const { from, referenced } of other.referencedBy) {
      if (from === relation.id) readToDefine(walk, other, columnNames(other, referenced))
    }
  }
}

/** Columns of other tables whose foreign keys point at one of these: their rows are held against what it becomes. */
export function readReferencing(walk: Walk, relation: Relation, changed: ReadonlySet<string>): void {
  for (const { from, columns, referenced } of relation.referencedBy) {
    const other = walk.catalog.relations.get(from)
    const isChanged = [...namesOfColumns(relation, referenced)].some((name) => changed.has(name))
    if (other !== undefined && isChanged) readToDefine(walk, other, columnNames(other, columns))
  }
}

/** Columns that a foreign key points at: those that it names, or the primary key. */
export function referencedColumns(relation: Relation, named: readonly string[]): ReadonlySet<string> {
  return named.length > 0 ? new Set(named) : columnNames(relation, relation.primaryKey)
}

/**
 * Rows of a table that becomes a partition are held against the bounds, its own and those of every table above; so are the
 * rows of the default partition, which must not belong to the new one.
 */
export function readBounds(walk: Walk, parent: Relation, attached?: Relation): void {
  const key = new Set<string>()
  for (const above of ancestry(walk, parent)) for (const name of keyColumns(above)) key.add(name)
  const rest = walk.catalog.relations.get(parent.defaultPartition)
  for (const partition of [rest, attached]) if (partition !== undefined) readToDefine(walk, partition, key)
}

function keyColumns(relation: Relation): ReadonlySet<string> {
  return columnNames(relation, relation.partitionKey)
}

/** A relation and every one that it is below. */
function ancestry(walk: Walk, relation: Relation): ReadonlySet<Relation> {
  const found = new Set([relation])
  for (const each of found) {
    for (const other of walk.everyRelation()) if (other.children.includes(each.id)) found.add(other)
  }
  return found
}

/** Every column where the numbers do not say which: those of expressions, or none. */
function columnNames(relation: Relation, numbers: readonly number[]): ReadonlySet<string> {
  return numbers.length === 0 || numbers.includes(0) ? everything : namesOfColumns(relation, numbers)
}

const everything: ReadonlySet<string> = new Set(['*'])
