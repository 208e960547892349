import type { ResultMasks } from '@bothkeys/core/adapter'
import { relationResource } from '../analyzer/resource.js'
import type { NamedIn } from '../analyzer/whole-reads.js'
import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'
import type { ResultColumn } from './result-columns.js'

/**
 * Whether a rule masks the column that the server says a column of a result is: in its relation, or in one that it inherits
 * from or that inherits from it. What the catalog does not have may be anything, and counts as masked.
 */
export function isFromMasked(
  { number, table }: Pick<ResultColumn, 'number' | 'table'>,
  masks: Pick<ResultMasks, 'covers'>,
  { catalog, session }: NamedIn,
): boolean {
  if (table === 0) return false
  const relation = catalog.relations.get(table)
  if (relation === undefined) return true
  const names = namesOf(relation, number)
  if (names.length === 0) return true
  for (const each of family(catalog, relation)) {
    const resource = relationResource(each, session)
    if (names.some((name) => masks.covers(resource, name))) return true
  }
  return false
}

/** A whole row is any column of it. */
function namesOf({ columns }: Relation, number: number): readonly string[] {
  if (number < 0) return [systemColumns[-number - 1] ?? '*']
  const all = [...columns.values()]
  if (number === 0) return ['*', ...all.map(({ name }) => name)]
  return all.filter((column) => column.number === number).map(({ name }) => name)
}

/** By their numbers, from -1 on (`sysattr.h`). */
const systemColumns: readonly string[] = ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid']

/** A relation with all that it inherits from and all that inherit from it. Columns of one name are one column there. */
function family(catalog: CatalogSnapshot, relation: Relation): ReadonlySet<Relation> {
  const found = new Set([relation])
  const parents = parentsIn(catalog)
  for (const { id } of found) for (const parent of parents.get(id) ?? []) found.add(parent)
  const down = new Set([relation])
  for (const { children } of down) {
    for (const id of children) {
      const child = catalog.relations.get(id)
      if (child === undefined) continue
      down.add(child)
      found.add(child)
    }
  }
  return found
}

const known = new WeakMap<CatalogSnapshot, ReadonlyMap<number, readonly Relation[]>>()

function parentsIn(catalog: CatalogSnapshot): ReadonlyMap<number, readonly Relation[]> {
  const before = known.get(catalog)
  if (before !== undefined) return before
  const parents = new Map<number, Relation[]>()
  for (const relation of catalog.relations.values()) {
    for (const child of relation.children) {
      const those = parents.get(child)
      if (those === undefined) parents.set(child, [relation])
      else those.push(relation)
    }
  }
  known.set(catalog, parents)
  return parents
}
