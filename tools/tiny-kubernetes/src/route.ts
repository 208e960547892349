import { resourceAt } from './catalogue/catalogue.js'
import { log } from './pods/log.js'
import { isStreamed } from './pods/connect.js'
import type { RequestInfo } from './request/request-info.js'
import type { Shape } from './shape/shape.js'
import { badRequest, methodNotAllowed, noSuchPath, Refusal } from './status.js'
import { create } from './verbs/create.js'
import { found } from './verbs/found.js'
import { list } from './verbs/list.js'
import { patch } from './verbs/patch.js'
import { evict, remove, removeMany } from './verbs/remove.js'
import { scale } from './verbs/scale.js'
import { shown } from './verbs/shown.js'
import { update } from './verbs/update.js'
import { watch } from './verbs/watch.js'
import type { Answer, Call, Place, World } from './world.js'

/** What a path of a resource is about. Throws when there is no such path. */
export function placeOf({ group, namespace, parts, version, verb }: RequestInfo): Place {
  const [plural = '', name = '', subresource = '', ...more] = parts
  const resource = resourceAt(group, version, plural)
  const isInNamespace = namespace !== '' && !(plural === 'namespaces' && namespace === name)
  if (resource === undefined || more.length > 0) throw noSuchPath()
  if (isInNamespace && !resource.namespaced) throw noSuchPath()
  if (resource.namespaced && namespace === '' && parts.length > 1) throw noSuchPath()
  if (subresource !== '' && !resource.subresources.includes(subresource)) throw noSuchPath()
  if (parts.length > 2 && subresource === '') throw noSuchPath()
  if (verb === 'proxy') throw noSuchPath()
  return { resource, namespace: resource.namespaced ? namespace : '', name, subresource }
}

/** Does what a request asks of a resource. */
export function answered(world: World, call: Call, place: Place, shape: Shape): Answer {
  const { method } = call
  if (!takesJson(call)) {
    const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
    const why = `the body of the request was in an unknown format - accepted media types include: ${accepted}`
    throw new Refusal(415, 'UnsupportedMediaType', why)
  }
  if (call.info.legacyWatch && method === 'GET') return watch(world, call, place, shape)
  const act = place.subresource === '' ? actOn(method, place, call.info) : actOnSubresource(method, place)
  return act(world, call, place, shape)
}

type Act = (world: World, call: Call, place: Place, shape: Shape) => Answer

function actOn(method: string, { name, namespace, resource }: Place, { parts, verb }: RequestInfo): Act {
  if (name === '' || parts.length < 2) {
    if (method === 'GET' && !resource.virtual) return verb === 'watch' ? watch : list
    const isWhole = !resource.namespaced || namespace !== ''
    if (method === 'POST' && isWhole) return create
    if (method === 'DELETE' && isWhole && resource.deletedTogether && !resource.virtual) return removeMany
    throw methodNotAllowed()
  }
  const act = { GET: get, PUT: update, PATCH: patch, DELETE: remove }[method]
  if (act === undefined) throw methodNotAllowed()
  return act
}

function actOnSubresource(method: string, place: Place): Act {
  const { subresource } = place
  const isRead = method === 'GET'
  if (isStreamed(place) && (isRead || method === 'POST')) return notUpgraded
  if (subresource === 'log' && isRead) return log
  if (subresource === 'eviction' && method === 'POST') return evict
  if (subresource === 'scale' && ['GET', 'PUT', 'PATCH'].includes(method)) return scale
  if (subresource === 'finalize' && method === 'PUT') return update
  const act = subresource === 'status' ? { GET: get, PUT: update, PATCH: patch }[method] : undefined
  if (act === undefined) throw methodNotAllowed()
  return act
}

function get({ store }: World, _: Call, place: Place): Answer {
  return { code: 200, body: shown(found(store, place)) }
}

function notUpgraded({ store }: World, _: Call, place: Place): Answer {
  const { object } = found(store, place)
  if (object.spec?.['nodeName'] === undefined) throw badRequest(`pod ${place.name} does not have a host assigned`)
  throw badRequest('Upgrade request required')
}

/** What is no patch has to be JSON. */
function takesJson({ body, headers, method }: Call): boolean {
  if (body.length === 0 || method === 'PATCH') return true
  const type = (headers['content-type'] ?? 'application/json').split(';')[0]?.trim()
  return type === 'application/json' || type === ''
}
