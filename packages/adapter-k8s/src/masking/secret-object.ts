import type { JsonObject, JsonValue } from '../json.js'
import { isIdentifier } from './identifiers.js'
import { isObject, withMembers } from './members.js'
import { base64Marker } from './secret-marker.js'
import type { Walk } from './walk.js'

/** A Secret without its values. What a Secret is not known to have is hidden, too. */
export function maskSecret(secret: JsonObject, walk: Walk, depth: number): JsonObject {
  return withMembers(secret, (key, value) => {
    if (key === 'metadata' && isObject(value)) return walk.metadata(value, true, depth + 1)
    if (key === 'apiVersion' || key === 'kind' || key === 'type')
      return isIdentifier(value) ? value : walk.hidden(value, depth)
    if (key === 'immutable' && typeof value === 'boolean') return value
    if (key === 'data' && isObject(value)) return maskData(value, walk, depth + 1)
    return walk.hidden(value, depth)
  })
}

/** Typed clients expect base64. */
function maskData(data: JsonObject, walk: Walk, depth: number): JsonObject {
  const { marker } = walk.masking
  return withMembers(data, (_key, value): JsonValue =>
    typeof value === 'string' ? walk.counted(base64Marker(marker, value)) : walk.hidden(value, depth),
  )
}
