import { isObject, memberOf, type JsonObject } from './json.js'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** An object without what nobody reads: who owns which field, and a second copy of itself. */
export function shownObject(object: unknown): unknown {
  if (!isObject(object) || !isObject(object['metadata'])) return object
  const { annotations, managedFields: _fields, ...metadata } = object['metadata']
  const kept = isObject(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== lastApplied))
    : {}
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(kept).length > 0 && { annotations: kept }) },
  }
}

/** The values at these paths: `spec.containers.0.image` is one. */
export function picked(object: unknown, paths: readonly string[]): JsonObject {
  return Object.fromEntries(paths.map((path) => [path, at(object, path.split('.')) ?? null]))
}

function at(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return value
  if (Array.isArray(value))
    return /^\d{1,6}$/.test(first) ? at((value as readonly unknown[])[Number(first)], rest) : undefined
  return at(memberOf(value, first), rest)
}
