import { isObject, type JsonObject, objectOf } from '../json.js'
import type { KubeObject } from '../objects/kube-object.js'
import { mergePatch } from '../patch/merge-patch.js'
import { badRequest, Refusal } from '../status.js'
import type { Answer, Call, Place, World } from '../world.js'
import { found } from './found.js'
import { writeOptions } from './options.js'
import { save, writerOf } from './save.js'

/** Reads and sets how many replicas there are to be. */
export function scale({ store }: World, call: Call, place: Place): Answer {
  const before = found(store, place)
  if (call.method === 'GET') return { code: 200, body: scaleOf(before.object) }
  const options = writeOptions(call.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions', call.query)
  const wanted = objectOf(wantedBy(call, before.object))
  const metadata = { ...before.object.metadata, ...identityIn(wanted, place) }
  const spec = { ...before.object.spec, replicas: objectOf(wanted['spec'])['replicas'] ?? 0 }
  const writer = writerOf(place.resource, options, call.headers['user-agent'])
  const next = { object: { ...before.object, metadata, spec }, writer, dryRun: options.dryRun }
  return { code: 200, body: scaleOf(save(store, { ...place, subresource: '' }, before, next).object) }
}

function wantedBy({ body, headers, method }: Call, live: KubeObject): unknown {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw badRequest('the body is no JSON')
  }
  if (method === 'PUT') return value
  const type = (headers['content-type'] ?? '').split(';')[0]
  if (
    !isObject(value) ||
    !['application/merge-patch+json', 'application/strategic-merge-patch+json'].includes(type ?? '')
  ) {
    throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  }
  return mergePatch(scaleOf(live), value)
}

/** What a scale says of who it is of; the revision counts, as it does in the object. */
function identityIn(wanted: JsonObject, { name }: Place): { readonly name: string; readonly resourceVersion?: string } {
  const { name: given = name, resourceVersion } = objectOf(wanted['metadata'])
  return {
    name: String(given),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
  }
}

function scaleOf({ metadata, spec, status }: KubeObject): object {
  const { creationTimestamp, name, namespace, resourceVersion, uid } = metadata
  const labels = objectOf(objectOf(spec?.['selector'])['matchLabels'])
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec?.['replicas'] ?? 0 },
    status: { replicas: status?.['replicas'] ?? 0, selector: selector.join(',') },
  }
}
