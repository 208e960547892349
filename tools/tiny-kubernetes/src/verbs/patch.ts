import { apiVersionOf, asKind } from '../catalogue/resource.js'
import { isObject, type JsonObject, textOf } from '../json.js'
import { typed } from '../objects/decode.js'
import { applyPatch } from '../patch/apply-patch.js'
import { jsonPatch } from '../patch/json-patch.js'
import { mergePatch } from '../patch/merge-patch.js'
import { strategicPatch } from '../patch/strategic-patch.js'
import { badRequest, internal, invalid, Refusal, wrong } from '../status.js'
import type { Store, Stored } from '../store/store.js'
import type { Answer, Call, Place, World } from '../world.js'
import { createObject } from './create.js'
import { found, segment } from './found.js'
import { writeOptions } from './options.js'
import { save, writerOf } from './save.js'
import { shown } from './shown.js'

/** Changes an object by a patch of one of the four kinds. */
export function patch({ store }: World, call: Call, place: Place): Answer {
  const type = mediaType(call)
  const isApply = type === 'application/apply-patch+yaml'
  const options = writeOptions('PatchOptions', call.query, isApply)
  if (isApply) return apply(store, call, place)
  const before = found(store, place)
  const patched = byType(type, before.object, call.body)
  const object = typed(place.resource, patched)
  const writer = writerOf(place.resource, options, call.headers['user-agent'])
  return { code: 200, body: shown(save(store, place, before, { object, writer, dryRun: options.dryRun })) }
}

const types = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

function mediaType({ headers }: Call): string {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (types.includes(type)) return type
  throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
}

function byType(type: string, live: JsonObject, body: Buffer): JsonObject {
  const isOperations = type === 'application/json-patch+json'
  const patch = parsed(body, isOperations)
  if (isOperations) {
    if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
    return asObject(jsonPatch(live, patch))
  }
  if (!isObject(patch)) {
    const why = "couldn't get version/kind; json parse error: the patch is no JSON object"
    throw invalid({ group: '', name: '' }, '', [wrong('patch', JSON.stringify(JSON.stringify(patch)), why)])
  }
  const merged = type === 'application/merge-patch+json' ? mergePatch(live, patch) : strategicPatch(live, patch)
  return asObject(merged)
}

function parsed(body: Buffer, isOperations: boolean): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    throw isOperations ? badRequest('the patch is no JSON') : internal('Invalid JSON Patch')
  }
}

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw badRequest('what comes of the patch is no object')
  return value
}

/** Server-side apply. What is applied is JSON here, which YAML includes. */
function apply(store: Store, call: Call, place: Place): Answer {
  const { resource } = place
  const options = writeOptions('PatchOptions', call.query, true)
  const wanted = wantedBy(call.body, place)
  segment(place.name)
  const before = store.get(resource, place.namespace, place.name)
  const writer = { ...writerOf(resource, options, undefined), force: options.force }
  const applied = applyPatch(before?.object ?? {}, before?.managers ?? [], wanted, writer)
  const object = typed(resource, applied.object)
  if (before !== undefined) {
    const next = { object, writer, dryRun: options.dryRun, managers: applied.managers }
    return { code: 200, body: shown(save(store, place, before, next)) }
  }
  if (object.metadata.uid !== undefined) throw uidMissing(place, object.metadata.uid)
  const made: Stored = createObject(store, place, object, { ...options, managers: applied.managers })
  return { code: 201, body: shown(made) }
}

function wantedBy(body: Buffer, { name, resource }: Place): JsonObject {
  let wanted: unknown
  try {
    wanted = JSON.parse(body.toString('utf8'))
  } catch {
    throw badRequest('error decoding YAML: only JSON is read here')
  }
  const object = isObject(wanted) ? wanted : {}
  const version = textOf(object['apiVersion'])
  if (version !== apiVersionOf(resource)) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${apiVersionOf(resource)}`,
    )
  }
  const metadata = isObject(object['metadata']) ? object['metadata'] : {}
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil')
  return { ...object, metadata: { ...metadata, name: metadata['name'] ?? name } }
}

function uidMissing({ name, resource }: Place, uid: string): Error {
  return invalid(asKind(resource), name, [wrong('metadata.uid', JSON.stringify(uid), 'there is no such object')])
}
