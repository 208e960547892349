import type { Effect } from '@bothkeys/core/adapter'
import type { SessionState } from '../catalog/session-state.js'
import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'
import { relationAttributes } from './relation-reads.js'
import { namedBy, relationResource, schemaLabel } from './resource.js'
import { isSystemRelation } from './sensitive-relations.js'

/** Where names are looked up. */
export interface NamedIn {
  readonly catalog: CatalogSnapshot
  readonly session: SessionState
}

/** Whether an effect is on something that holds rows: a relation, or a schema or database all of which is gone through. */
export function isOnRows({ attributes, resource }: Effect): boolean {
  if (resource.startsWith('table:')) return true
  return attributes['maintenance'] !== undefined && /^(?:schema|database):/.test(resource)
}

/**
 * The reads of a query for every column of what an effect is on: of the relation with its children, or of all that a schema
 * or the database holds. A relation that the catalog does not have is read as a whole row of which no column is known.
 */
export function wholeReads(resource: string, { catalog, session }: NamedIn): readonly Effect[] {
  const { kind, segments } = namedBy(resource)
  if (kind !== 'table') {
    const isIn = ({ schema }: Relation): boolean => kind === 'database' || schemaLabel(schema, session) === segments[0]
    const held = [...catalog.relations.values()].filter((relation) => holdsRows(relation) && isIn(relation))
    return held.map((relation) => wholeRead(relation, session))
  }
  const [label = '', name = ''] = segments
  const schema = label === 'pg_temp' ? (session.temporarySchema ?? label) : label
  const found = catalog.relation(schema, name)
  if (found === undefined) return [{ duty: 'read', resource, attributes: { columns: ['*'] } }]
  return [...withChildren(catalog, found)].map((relation) => wholeRead(relation, session))
}

function wholeRead(relation: Relation, session: SessionState): Effect {
  const columns = ['*', ...relation.columns.keys()].sort()
  return {
    duty: 'read',
    resource: relationResource(relation, session),
    attributes: { ...relationAttributes(relation), columns },
  }
}

function withChildren(catalog: CatalogSnapshot, relation: Relation): ReadonlySet<Relation> {
  const found = new Set([relation])
  for (const { children } of found) {
    for (const id of children) {
      const child = catalog.relations.get(id)
      if (child !== undefined) found.add(child)
    }
  }
  return found
}

function holdsRows(relation: Relation): boolean {
  return !isSystemRelation(relation) && !rowless.has(relation.kind)
}

const rowless: ReadonlySet<Relation['kind']> = new Set(['sequence', 'index', 'composite-type', 'toast'])
