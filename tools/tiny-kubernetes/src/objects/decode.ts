import { apiVersionOf, type Resource } from '../catalogue/resource.js'
import { isObject, type JsonObject, textOf, withoutNulls } from '../json.js'
import { badRequest } from '../status.js'
import type { KubeObject, Metadata } from './kube-object.js'

/** Reads an object of a kind from a body. Go would merge keys that stand twice; here the last of them counts. */
export function decode(resource: Resource, body: Buffer): KubeObject {
  const text = body.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const shown = text === '' ? '<empty>' : text
    const why = `couldn't get version/kind; json parse error: unexpected end of JSON input (${shown})`
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): ${why}`)
  }
  if (!isObject(value)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): it is no JSON object`)
  }
  return typed(resource, value)
}

/** An object of a kind, made of what a body or a patch says. */
export function typed(resource: Resource, value: JsonObject): KubeObject {
  const apiVersion = textOf(value['apiVersion']) || apiVersionOf(resource)
  const kind = textOf(value['kind']) || resource.kind
  const why = `${kind} in version "${apiVersion}" cannot be handled as a ${resource.kind}`
  if (apiVersion !== apiVersionOf(resource)) {
    throw badRequest(
      `${why}: no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`,
    )
  }
  if (kind !== resource.kind) {
    throw badRequest(`${why}: converting (${apiVersion}.${kind}) to (core.${resource.kind}): unknown conversion`)
  }
  const given = isObject(value['metadata']) ? value['metadata'] : {}
  const metadata: Metadata = { ...withoutEmpty(given), name: textOf(given['name']) }
  texts(resource, value['data'], 'Data')
  texts(resource, metadata.labels, 'ObjectMeta.Labels')
  texts(resource, metadata.annotations, 'ObjectMeta.Annotations')
  const { kind: _kind, apiVersion: _apiVersion, metadata: _metadata, ...rest } = value
  const filled = isObject(rest['data']) ? { ...rest, data: withTexts(rest['data']) } : rest
  return { kind, apiVersion, metadata, ...withoutEmptyData(withoutNulls(filled) as JsonObject) }
}

/** In a map of texts, `null` is an empty one. */
function withTexts(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value ?? '']))
}

/** Of a map of texts, anything else is refused. */
function texts({ kind }: Resource, map: unknown, field: string): void {
  if (map === undefined || map === null) return
  if (isObject(map) && Object.values(map).every((value) => typeof value === 'string' || value === null)) return
  throw badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: v1.${kind}.${field}: it is no map of texts`)
}

/** What Go leaves out when it is empty. */
function withoutEmpty(metadata: JsonObject): JsonObject {
  const kept = Object.entries(withoutNulls(metadata) as JsonObject).filter(
    ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0) && !isEmpty(value),
  )
  return Object.fromEntries(kept)
}

function withoutEmptyData(rest: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(rest).filter(
      ([key, value]) => !(['data', 'stringData', 'binaryData'].includes(key) && isEmpty(value)),
    ),
  )
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0
}
