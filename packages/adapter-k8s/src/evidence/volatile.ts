import type { JsonObject, JsonValue } from '../json.js'
import { isObject } from '../json-object.js'

/** What the API server writes into every object by itself. */
const written: ReadonlySet<string> = new Set(['generation', 'managedFields', 'resourceVersion', 'selfLink'])
/** What it makes anew whenever an object is made. */
const made: ReadonlySet<string> = new Set(['creationTimestamp', 'uid'])

/** An object without what changes with every write; of one that is made, also without what nobody knows before. */
export function withoutVolatile(object: JsonObject, isNew: boolean): JsonObject {
  const metadata = object['metadata']
  if (!isObject(metadata)) return object
  const isGenerated = Object.hasOwn(metadata, 'generateName')
  const kept = Object.entries(metadata).filter(
    ([name]) => !written.has(name) && !(isNew && (made.has(name) || (isGenerated && name === 'name'))),
  )
  return { ...object, metadata: Object.fromEntries<JsonValue>(kept) }
}
