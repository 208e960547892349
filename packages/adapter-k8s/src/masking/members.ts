import type { JsonObject, JsonValue } from '../json.js'
import { own } from '../json-object.js'

export { isList, isObject, own } from '../json-object.js'

/** The value of a key that the object itself has, where it is a text. */
export function ownText(object: JsonObject, key: string): string | undefined {
  const value = own(object, key)
  return typeof value === 'string' ? value : undefined
}

/**
 * The object with other values; undefined leaves a member out. The same object when nothing changes, so that what is not masked
 * is not copied.
 */
export function withMembers(
  object: JsonObject,
  change: (key: string, value: JsonValue) => JsonValue | undefined,
  rename: (key: string) => string = same,
): JsonObject {
  const keys = Object.keys(object)
  let copy: Record<string, JsonValue> | undefined
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] ?? ''
    const value = object[key] ?? null
    const name = rename(key)
    const changed = change(key, value)
    if (copy === undefined) {
      if (changed === value && name === key) continue
      copy = {}
      for (const before of keys.slice(0, index)) put(copy, before, object[before] ?? null)
    }
    if (changed !== undefined) put(copy, freeName(copy, name), changed)
  }
  return copy ?? object
}

/** The list with other values; the same when nothing changes. */
export function withItems(
  list: readonly JsonValue[],
  change: (value: JsonValue, index: number) => JsonValue,
): readonly JsonValue[] {
  let copy: JsonValue[] | undefined
  for (let index = 0; index < list.length; index++) {
    const value = list[index] ?? null
    const changed = change(value, index)
    if (copy === undefined && changed !== value) copy = list.slice(0, index)
    copy?.push(changed)
  }
  return copy ?? list
}

function same(key: string): string {
  return key
}

/** Keys that become the same get a number, so that none hides the other. */
function freeName(object: JsonObject, name: string): string {
  let free = name
  for (let count = 2; Object.hasOwn(object, free); count += 1) free = `${name}#${String(count)}`
  return free
}

/** Sets a member of one's own, also where the name means something to JavaScript. */
function put(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}
