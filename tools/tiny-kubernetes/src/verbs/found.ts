import { asResource } from '../catalogue/resource.js'
import { badRequest, notFound } from '../status.js'
import type { Store, Stored } from '../store/store.js'
import type { Place } from '../world.js'

/** The object at a place. Throws when there is none, or none can be. */
export function found(store: Store, place: Place): Stored {
  segment(place.name)
  const stored = store.get(place.resource, place.namespace, place.name)
  if (stored === undefined) throw notFound(asResource(place.resource), place.name)
  return stored
}

/** A name has to be one segment of a key. */
export function segment(name: string): void {
  const why = name === '.' || name === '..' ? `may not be '${name}'` : contained(name)
  if (why !== undefined) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${why}`)
}

function contained(name: string): string | undefined {
  const held = ['/', '%'].find((each) => name.includes(each))
  return held === undefined ? undefined : `may not contain '${held}'`
}
