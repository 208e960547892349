import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiVersionOf } from '../catalogue/resource.js'
import type { KubeObject } from '../objects/kube-object.js'
import type { Shape } from '../shape/shape.js'
import { expired } from '../status.js'
import type { Change, Stored } from '../store/store.js'
import type { Answer, Call, Place, World } from '../world.js'
import { revisionOf, selection } from './list.js'
import { wholeNumber } from './options.js'
import { shown } from './shown.js'

/** Tells what becomes of the objects of a selection, until the client leaves or its time is over. */
export function watch(world: World, call: Call, place: Place, shape: Shape): Answer {
  const seconds = wholeNumber(call.query.first('timeoutSeconds') ?? '0')
  const since = revisionOf(call.query)
  const matches = selection(place, call.query)
  return { stream: (response) => told(world, response, { call, place, shape, seconds, since, matches }) }
}

interface Watching {
  readonly call: Call
  readonly place: Place
  readonly shape: Shape
  readonly seconds: number
  readonly since: number | undefined
  readonly matches: (object: KubeObject) => boolean
}

async function told({ store, signal }: World, response: ServerResponse, on: Watching): Promise<void> {
  const { call, matches, place, seconds, shape, since } = on
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
  let isFirst = true
  const tell = (type: string, object: object): void => {
    response.write(`${JSON.stringify({ type, object: isEvent(type) ? shape.event(object, isFirst) : object })}\n`)
    isFirst = false
  }
  if (since !== undefined && since !== 0 && since < store.forgotten) {
    tell('ERROR', expired(`too old resource version: ${String(since)} (${String(store.forgotten)})`).status)
    response.end()
    return
  }
  const changed = (change: Change): void => {
    const event = eventOf(change, place, matches)
    if (event !== undefined) tell(event.type, shown(event.stored))
  }
  const from = since === undefined || since === 0 ? store.revision : since
  if (from !== since) {
    for (const stored of store.list(place.resource, place.namespace)) {
      if (matches(stored.object)) tell('ADDED', shown(stored))
    }
  }
  const { missed, stop } = store.follow(place.resource, from, changed)
  for (const change of missed) changed(change)
  const over = new AbortController()
  await Promise.race([
    once(response, 'close', { signal: over.signal }).catch(() => undefined),
    once(signal, 'abort', { signal: over.signal }).catch(() => undefined),
    ...(seconds > 0 ? [sleep(seconds * 1000, undefined, { signal: over.signal }).catch(() => undefined)] : []),
  ])
  over.abort()
  stop()
  if (call.query.flag('allowWatchBookmarks') && !response.destroyed) {
    const { kind } = place.resource
    const metadata = { resourceVersion: String(store.revision), creationTimestamp: null }
    tell('BOOKMARK', { kind, apiVersion: apiVersionOf(place.resource), metadata })
  }
  response.end()
}

const isEvent = (type: string): boolean => ['ADDED', 'MODIFIED', 'DELETED'].includes(type)

/** What a change is to whoever sees only a selection: what leaves it is deleted, what enters it is added. */
function eventOf(
  { before, now, type }: Change,
  { namespace }: Place,
  matches: (object: KubeObject) => boolean,
): { readonly type: Change['type']; readonly stored: Stored } | undefined {
  if (namespace !== '' && now.object.metadata.namespace !== namespace) return undefined
  const did = before !== undefined && matches(before.object)
  const does = type !== 'DELETED' && matches(now.object)
  if (did && does) return { type: 'MODIFIED', stored: now }
  if (does) return { type: 'ADDED', stored: now }
  return did ? { type: 'DELETED', stored: now } : undefined
}
