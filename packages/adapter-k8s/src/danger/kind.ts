import type { JsonObject } from '../json.js'
import { isList, isObject, own, Spot } from './spot.js'

/** A kind of objects, whatever its version. */
export interface Kind {
  readonly group: string
  readonly kind: string
}

/** An object with its kind, and where it is in the answer. */
export interface KindedObject extends Kind {
  readonly value: JsonObject
  readonly spot: Spot
}

/** How deep lists of lists may be. */
const deepestList = 8

/** The kind that an object says it is; `undefined` where it does not, or not in the right form. */
export function statedKind(value: JsonObject): Kind | undefined {
  const kind = own(value, 'kind')
  const apiVersion = own(value, 'apiVersion')
  if (typeof kind !== 'string' || kind === '' || typeof apiVersion !== 'string' || apiVersion === '') return undefined
  const parts = apiVersion.split('/')
  if (parts.length > 2) return undefined
  return { group: parts.length === 2 ? (parts[0] ?? '') : '', kind }
}

/**
 * The objects of an answer: it itself, or what a list holds and what it is beside that, where members of typed lists need not repeat
 * their kind. Refuses an object whose kind nobody tells.
 */
export function objectsIn(
  value: JsonObject,
  fallback: Kind | undefined,
): { readonly objects: readonly KindedObject[] } | { readonly refused: string } {
  const objects: KindedObject[] = []
  const refused = collect(new Spot(value, ''), fallback, 0, objects)
  return refused === undefined ? { objects } : { refused }
}

function collect(spot: Spot, fallback: Kind | undefined, depth: number, into: KindedObject[]): string | undefined {
  const { value } = spot
  if (!isObject(value)) return `${spot.path} is not an object`
  const kind = statedKind(value) ?? fallback
  if (kind === undefined) return `${spot.path === '' ? 'the object' : spot.path} does not say what kind it is`
  const items = own(value, 'items')
  if (!kind.kind.endsWith('List') || !isList(items)) {
    into.push({ ...kind, value, spot })
    return undefined
  }
  if (depth >= deepestList) return 'lists are nested too deeply'
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'items'))
  into.push({ ...kind, value: rest, spot: new Spot(rest, spot.path) })
  const of = kind.kind === 'List' ? undefined : { group: kind.group, kind: kind.kind.slice(0, -'List'.length) }
  for (const member of spot.at('items').members) {
    const refused = collect(member, of, depth + 1, into)
    if (refused !== undefined) return refused
  }
  return undefined
}
