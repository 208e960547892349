import type { JsonObject, JsonValue } from '../json.js'
import { identifies } from './identifiers.js'
import { isObject, ownText, withMembers } from './members.js'
import { mayHoldManifest, parsed } from './string-mask.js'
import type { Walk } from './walk.js'

/** Where `kubectl apply` keeps all that was applied, the values of secrets in plain text among it. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** Metadata: what identifies the object stays, annotations are masked, and managed fields are left out. */
export function maskMetadata(metadata: JsonObject, isSecret: boolean, walk: Walk, depth: number): JsonObject {
  return withMembers(metadata, (key, value) => {
    if (key === 'managedFields' && !walk.masking.keepsManagedFields) return undefined
    if (key === 'annotations' && isObject(value)) return maskAnnotations(value, isSecret, walk, depth + 1)
    return identifies(key, value) ? value : walk.value(value, key, depth + 1)
  })
}

/** Of a Secret, annotations that may hold a manifest are left out; elsewhere they are masked as what they hold. */
export function maskAnnotations(annotations: JsonObject, isSecret: boolean, walk: Walk, depth: number): JsonObject {
  return withMembers(annotations, (key, value): JsonValue | undefined => {
    if (key === lastApplied && !isKnownManifest(value)) return walk.counted(undefined)
    if (isSecret && typeof value === 'string' && mayHoldManifest(value)) return walk.counted(undefined)
    return walk.value(value, key, depth + 1)
  })
}

/** Whether a last applied configuration can be read, and is not of a Secret. */
function isKnownManifest(value: JsonValue): boolean {
  const manifest = typeof value === 'string' ? parsed(value) : undefined
  return isObject(manifest) && !['Secret', 'SecretList'].includes(ownText(manifest, 'kind') ?? '')
}
