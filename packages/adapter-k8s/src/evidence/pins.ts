import { BothKeysError } from '@bothkeys/core/adapter'
import type { JsonObject, JsonValue } from '../json.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject, own } from '../json-object.js'
import { writeJson } from '../request/json-strict.js'

/** Which object it is, and in which state. */
export interface Pins {
  readonly uid: string
  readonly resourceVersion: string
}

/** Undefined for what is no object of the API server. */
export function pinsOf(object: JsonValue | undefined): Pins | undefined {
  const metadata = isObject(object) ? own(object, 'metadata') : undefined
  if (!isObject(metadata)) return undefined
  const uid = own(metadata, 'uid')
  const resourceVersion = own(metadata, 'resourceVersion')
  if (typeof uid !== 'string' || uid === '') return undefined
  return typeof resourceVersion === 'string' && /^[1-9]\d*$/.test(resourceVersion)
    ? { uid, resourceVersion }
    : undefined
}

/**
 * The same request, which the API server carries out only while the object is the one that was seen, and as it was seen: else it
 * answers 409, or 422 to a JSON patch. Throws ERR_APPROVAL_VOID where the client means the object as it no longer is, or another one.
 */
export function pinned(request: CanonicalRequest, pins: Pins): CanonicalRequest {
  const value = request.body?.value
  if (value === undefined) return request
  const written = pinnedBody(request, value, pins)
  return { ...request, body: { value: written, text: writeJson(written) } }
}

function pinnedBody({ headers, kind }: CanonicalRequest, body: JsonValue, pins: Pins): JsonValue {
  if (headers['content-type'] === 'application/json-patch+json') {
    const tested = tests(pins)
    const given = body as readonly JsonValue[]
    if (given.some((operation) => tested.some((test) => contradicts(operation, test)))) throw meansAnother()
    return [...tested, ...given]
  }
  if (!isObject(body)) return body
  if (kind === 'delete') return { ...body, preconditions: added(own(body, 'preconditions'), pins) }
  if (kind === 'eviction') {
    const options = objectIn(body, 'deleteOptions')
    return { ...body, deleteOptions: { ...options, preconditions: added(own(options, 'preconditions'), pins) } }
  }
  return { ...body, metadata: added(own(body, 'metadata'), pins) }
}

function tests({ resourceVersion, uid }: Pins): readonly JsonObject[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
  ]
}

function contradicts(operation: JsonValue, test: JsonObject): boolean {
  if (!isObject(operation)) return false
  const isOfTheSame = own(operation, 'op') === 'test' && own(operation, 'path') === test['path']
  return isOfTheSame && own(operation, 'value') !== test['value']
}

/** Nothing, and a version of 0, would let the API server take the object however it is. */
function added(given: JsonValue | undefined, pins: Pins): JsonObject {
  const known = isObject(given) ? given : {}
  for (const [name, seen] of Object.entries(pins)) {
    const said = own(known, name)
    if (isSaid(said) && said !== seen) throw meansAnother()
  }
  return { ...known, uid: pins.uid, resourceVersion: pins.resourceVersion }
}

/** The API server would answer it no otherwise: nobody has to be asked. */
function meansAnother(): BothKeysError {
  const what = 'the object is another one than the request means, or has changed since, so nothing was sent'
  return new BothKeysError('ERR_APPROVAL_VOID', what, { hint: 'read the object, and send the request for it as it is' })
}

function isSaid(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && value !== '0'
}

function objectIn(body: JsonObject, name: string): JsonObject {
  const value = own(body, name)
  return isObject(value) ? value : {}
}
