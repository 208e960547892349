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

/** A setting gets these values, undefined for any: names may mean others by it. */
export function followSetting(walk: Walk, name: string, values: readonly string[] | undefined): void {
  const setting = name.toLowerCase()
  if (setting === 'search_path') followPath(walk, values)
  if (setting === 'role' || setting === 'session_authorization') followRole(walk, values?.[0])
}

/**
 * Names are looked up in other schemas from now on, undefined for any. Where one would stand for another of several objects than
 * it did, functions and triggers that are there find that one.
 */
function followPath(walk: Walk, schemas: readonly string[] | undefined): void {
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
    meansOthers(holdersOf(catalog.relations.values()), paths) ||
    meansOthers(holdersOf(catalog.types.values()), paths) ||
    // Those of the same name in later schemas are called, too, by other arguments.
    callsOthers(holdersOf(catalog.routines.values()), paths)
  )
    followAnything(walk)
}

/**
 * Another role acts from now on, undefined for any. The path may name its schema (`"$user"`), and has those that it may use. So
 * where several objects that may be on it have one name, or one that is not found now, another one may be found.
 */
function followRole(walk: Walk, role: string | undefined): void {
  const { catalog, state } = walk
  const listed = schemasOf(state.settings.search_path)
  if (listed === undefined || (role === undefined && listed.includes('$user'))) return followAnything(walk)
  const user = role?.toLowerCase() === 'none' ? state.sessionUser : role
  const after = listed.map((schema) => (schema === '$user' ? (user ?? '') : schema))
  const possible = new Set([...state.searchPath, ...after])
  const named = [catalog.relations, catalog.types, catalog.routines]
  if (named.some((objects) => maySwitch(holdersOf(objects.values()), possible, state.searchPath))) followAnything(walk)
}

/** Whether a name may mean another object than it does, by which of the schemas that may be looked into are. */
function maySwitch(
  holders: Iterable<ReadonlySet<string>>,
  possible: ReadonlySet<string>,
  before: readonly string[],
): boolean {
  for (const schemas of holders) {
    const found = [...schemas].filter((schema) => schema !== 'pg_catalog' && possible.has(schema))
    if (schemas.size > 1 && (found.length > 1 || found.some((schema) => !before.includes(schema)))) return true
  }
  return false
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

/** Whether a name that several schemas hold is found in another one than before. What is not found any more runs nothing. */
function meansOthers(holders: Iterable<ReadonlySet<string>>, [before, after]: Paths): boolean {
  for (const schemas of holders) {
    const found = after.find((schema) => schemas.has(schema))
    if (schemas.size > 1 && found !== undefined && found !== before.find((schema) => schemas.has(schema))) return true
  }
  return false
}

/** The same for what is chosen among all that are found. Where one is not found any more, another one of users that is may fit. */
function callsOthers(holders: Iterable<ReadonlySet<string>>, [before, after]: Paths): boolean {
  for (const schemas of holders) {
    const found = after.filter((schema) => schemas.has(schema))
    const was = before.filter((schema) => schemas.has(schema))
    const isUsers = found.some((schema) => schema !== 'pg_catalog')
    if (schemas.size > 1 && isUsers && JSON.stringify(found) !== JSON.stringify(was)) return true
  }
  return false
}

type Paths = readonly [before: readonly string[], after: readonly string[]]
