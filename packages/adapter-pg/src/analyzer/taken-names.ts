import type { CatalogSnapshot } from '../catalog/snapshot.js'
import type { WrittenName } from './names.js'
import { parseQualifiedName } from './qualified-name.js'
import { followAnything } from './flows.js'
import type { Walk } from './walk.js'

export type NamedKind = 'relation' | 'function' | 'operator' | 'type'

/**
 * An object gets a name that others have, in another schema or with other arguments. Functions and triggers that are there find
 * what they name by it, and may hand this one the rows that they were written to keep.
 */
export function followName(walk: Walk, kind: NamedKind, written: WrittenName): void {
  if (isTaken(walk.catalog, kind, written)) followAnything(walk)
}

function isTaken(catalog: CatalogSnapshot, kind: NamedKind, { schema, name }: WrittenName): boolean {
  switch (kind) {
    case 'function':
      return catalog.routinesNamed(name).length > 0
    case 'operator':
      return catalog.userOperatorsNamed(name).length > 0 || catalog.builtinOperatorsNamed(name).length > 0
    case 'type':
      return hasOther(catalog.types.values(), { schema, name })
    case 'relation':
      return hasOther(catalog.relations.values(), { schema, name }) || isTaken(catalog, 'type', { schema, name })
  }
}

interface InSchema {
  readonly schema: string
  readonly name: string
}

function hasOther(objects: Iterable<InSchema>, { schema, name }: WrittenName): boolean {
  for (const object of objects) if (object.name === name && object.schema !== schema) return true
  return false
}

/**
 * Names are looked up in other schemas from now on, undefined for any. Where one would stand for another of several objects than
 * it did, functions and triggers that are there find that one.
 */
export function followPath(walk: Walk, schemas: readonly string[] | undefined): void {
  const { catalog, state } = walk
  const after = schemas?.map((schema) => (schema === '$user' ? state.currentUser : schema))
  if (after === undefined) return followAnything(walk)
  // These come first wherever they are not named, and were looked up before.
  const implicit = state.searchPath.filter((schema) => schema === 'pg_catalog' || schema === state.temporarySchema)
  const path = [
    ...implicit.filter((schema) => !after.includes(schema)),
    ...after.filter((schema) => schema !== 'pg_temp'),
  ]
  const paths = [state.searchPath, path] as const
  if (
    meansOthers(holdersOf(catalog.relations.values()), 1, paths) ||
    meansOthers(holdersOf(catalog.types.values()), 1, paths) ||
    // Those of the same name in later schemas are called, too, by other arguments.
    meansOthers(holdersOf(catalog.routines.values()), Infinity, paths)
  )
    followAnything(walk)
}

/** The schemas that a value of search_path lists; undefined where that is not plain to see. */
export function schemasOf(path: string): readonly string[] | undefined {
  if (path.trim() === '') return []
  const names = path.split(',').map((each) => parseQualifiedName(each.trim() === '$user' ? '"$user"' : each))
  return names.every((name) => name?.length === 1) ? names.flatMap((name) => name ?? []) : undefined
}

/** Schemas by the names that they hold. */
function holdersOf(objects: Iterable<InSchema>): Iterable<ReadonlySet<string>> {
  const holders = new Map<string, Set<string>>()
  for (const { name, schema } of objects) {
    const known = holders.get(name)
    if (known === undefined) holders.set(name, new Set([schema]))
    else known.add(schema)
  }
  return holders.values()
}

/** Whether a name that several schemas hold is found in others than before, looking at so many of those that hold it. */
function meansOthers(
  holders: Iterable<ReadonlySet<string>>,
  count: number,
  [before, after]: readonly [readonly string[], readonly string[]],
): boolean {
  for (const schemas of holders) {
    if (schemas.size < 2) continue
    const found = after.filter((schema) => schemas.has(schema)).slice(0, count)
    const was = before.filter((schema) => schemas.has(schema)).slice(0, found.length)
    // What is not found any more runs nothing.
    if (JSON.stringify(found) !== JSON.stringify(was)) return true
  }
  return false
}
