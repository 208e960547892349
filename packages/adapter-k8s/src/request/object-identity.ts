import type { JsonObject } from '../json.js'
import { isObject, own } from '../json-object.js'
import { refuse, type Refused } from './refused.js'
import type { RequestKind } from './request-kind.js'
import type { ResourcePath } from './resource-path.js'
import { servedGroups } from './served-groups.js'

/** What subresources take that is not of the kind of their object. */
const ofSubresources: Readonly<Record<'binding' | 'eviction' | 'token' | 'scale', readonly string[]>> = {
  binding: ['v1 Binding'],
  eviction: ['policy/v1 Eviction', 'policy/v1beta1 Eviction'],
  token: ['authentication.k8s.io/v1 TokenRequest'],
  scale: ['autoscaling/v1 Scale'],
}

/**
 * Refuses an object that says it is another one than the path names: of another version, kind, namespace or name. What the object does not say,
 * the server takes from the path. An object that is created brings its own name.
 */
export function identityMismatch(kind: RequestKind, path: ResourcePath, object: JsonObject): Refused | undefined {
  return typeMismatch(kind, path, object) ?? placeMismatch(path, object)
}

function typeMismatch(kind: RequestKind, path: ResourcePath, object: JsonObject): Refused | undefined {
  const apiVersion = own(object, 'apiVersion') ?? ''
  const objectKind = own(object, 'kind') ?? ''
  if (typeof apiVersion !== 'string' || typeof objectKind !== 'string') {
    return refuse('The object has no valid kind or apiVersion.')
  }
  const others = othersOf(kind, path)
  if (others !== undefined) {
    const isKnown = others.some((each) => {
      const [version, name] = each.split(' ')
      return (apiVersion === '' || apiVersion === version) && (objectKind === '' || objectKind === name)
    })
    return isKnown ? undefined : refuse('The object is not of the kind that the subresource takes.')
  }
  if (apiVersion !== '' && apiVersion !== versionOf(path))
    return refuse('The object is of another version than the path.')
  if (objectKind !== '' && servedGroups.has(path.apiGroup) && pluralOf(objectKind) !== path.resource) {
    return refuse('The object is of another kind than the path.')
  }
  return undefined
}

function othersOf(kind: RequestKind, path: ResourcePath): readonly string[] | undefined {
  if (kind === 'binding' || kind === 'eviction' || kind === 'token') return ofSubresources[kind]
  return path.subresource === 'scale' ? ofSubresources.scale : undefined
}

export function versionOf({ apiGroup, apiVersion }: ResourcePath): string {
  return apiGroup === '' ? apiVersion : `${apiGroup}/${apiVersion}`
}

/** Kinds that are plurals themselves. */
const plurals = new Set(['endpoints', 'resourceclaimparameters', 'resourceclassparameters'])

function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  if (plurals.has(singular)) return singular
  if (singular.endsWith('s')) return `${singular}es`
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`
}

function placeMismatch(path: ResourcePath, object: JsonObject): Refused | undefined {
  const metadata = own(object, 'metadata') ?? {}
  if (!isObject(metadata)) return refuse('The metadata of the object are no object.')
  const namespace = own(metadata, 'namespace') ?? ''
  const name = own(metadata, 'name') ?? ''
  // `/namespaces/x` is within the namespace x, while a Namespace is within none.
  const isWithin = path.resource === 'namespaces' ? '' : path.namespace
  if (namespace !== '' && namespace !== isWithin) return refuse('The object is in another namespace than the path.')
  if (typeof name !== 'string') return refuse('The object has no valid name.')
  if (path.name !== '' && name !== '' && name !== path.name) return refuse('The object has another name than the path.')
  return undefined
}
