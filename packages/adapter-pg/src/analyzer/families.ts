import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'

/**
 * The relations whose rows a read of one gives, and those through which these are reached, too: itself and its children, if
 * these are read, with what each of them inherits from.
 */
export function familyOf(catalog: CatalogSnapshot, relation: Relation, only: boolean): readonly Relation[] {
  const parents = parentsIn(catalog)
  if (relation.children.length === 0 && !parents.has(relation.id)) return [relation]
  const found = new Set([relation])
  if (!only) {
    for (const { children } of found) {
      for (const id of children) {
        const child = catalog.relations.get(id)
        if (child !== undefined) found.add(child)
      }
    }
  }
  for (const { id } of found) for (const parent of parents.get(id) ?? []) found.add(parent)
  return [...found]
}

function parentsIn(catalog: CatalogSnapshot): ReadonlyMap<number, readonly Relation[]> {
  const known = parents.get(catalog)
  if (known !== undefined) return known
  const made = new Map<number, Relation[]>()
  for (const relation of catalog.relations.values()) {
    for (const id of relation.children) made.set(id, [...(made.get(id) ?? []), relation])
  }
  parents.set(catalog, made)
  return made
}

const parents = new WeakMap<CatalogSnapshot, ReadonlyMap<number, readonly Relation[]>>()
