import { asKind } from '../catalogue/resource.js'
import { arrayOf } from '../json.js'
import { type KubeObject, timestamp } from '../objects/kube-object.js'
import { conflict } from '../status.js'
import type { Store, Stored } from '../store/store.js'
import type { Answer, Call, Place, World } from '../world.js'
import { found } from './found.js'
import { listed } from './list.js'
import { type DeleteOptions, deleteOptions } from './options.js'
import { shown } from './shown.js'

/** Deletes an object, or begins to. */
export function remove({ store }: World, call: Call, place: Place): Answer {
  const options = deleteOptions(call.query, call.body)
  const stored = found(store, place)
  const { isOver, now } = removed(store, place, stored, options)
  const { resource } = place
  if (!isOver || resource.answersDeleted) return { code: 200, body: shown(now) }
  const { uid } = stored.object.metadata
  const details = {
    name: place.name,
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
    uid,
  }
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
}

/** Deletes those that a selection has, and answers with what they were. */
export function removeMany({ store }: World, call: Call, place: Place): Answer {
  const options = deleteOptions(call.query, call.body)
  const list = listed(store, call, place)
  for (const stored of list.found) {
    const { name, namespace = '' } = stored.object.metadata
    removed(store, { ...place, name, namespace }, stored, options)
  }
  return { code: 200, body: list.body }
}

/** What is left of it, and whether it is over. */
function removed(
  store: Store,
  place: Place,
  stored: Stored,
  options: DeleteOptions,
): { readonly isOver: boolean; readonly now: Stored } {
  meets(place, stored.object, options)
  const { resource } = place
  const seconds = graceOf(place, stored.object, options)
  const marked = markedObject(place, stored.object, seconds, options)
  const isHeld = arrayOf(marked.metadata.finalizers).length > 0 || arrayOf(marked.spec?.['finalizers']).length > 0
  const isOver = !isHeld && (seconds === 0 || seconds === undefined)
  // Only of a pod it is said how long it had.
  const now = { ...stored, object: isOver && resource.plural !== 'pods' ? stored.object : marked }
  if (options.dryRun) return { isOver, now }
  if (isOver) {
    store.remove(resource, stored, stored.object)
    return { isOver, now }
  }
  if (stored.object.metadata.deletionTimestamp !== undefined && seconds !== 0) return { isOver, now: stored }
  return { isOver, now: store.put(resource, marked, stored.managers) }
}

function meets({ resource, name }: Place, { metadata }: KubeObject, { resourceVersion, uid }: DeleteOptions): void {
  if (uid !== undefined && uid !== metadata.uid) {
    const record = `the UID in the precondition (${uid}) does not match the UID in record (${String(metadata.uid)})`
    throw conflict(asKind(resource), name, `${record}. The object might have been deleted and then recreated`)
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const record = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record`
    throw conflict(
      asKind(resource),
      name,
      `${record} (${String(metadata.resourceVersion)}). The object might have been modified`,
    )
  }
}

/** A pod on a node has time to end. */
function graceOf({ resource }: Place, { spec, status }: KubeObject, options: DeleteOptions): number | undefined {
  if (resource.plural !== 'pods') return undefined
  const hasEnded = ['Succeeded', 'Failed'].includes(String(status?.['phase']))
  if (spec?.['nodeName'] === undefined || hasEnded) return 0
  return options.gracePeriodSeconds ?? Number(spec['terminationGracePeriodSeconds'] ?? 30)
}

function markedObject(
  { resource }: Place,
  object: KubeObject,
  seconds: number | undefined,
  { propagationPolicy }: DeleteOptions,
): KubeObject {
  const { metadata } = object
  const dependents = { Foreground: 'foregroundDeletion', Orphan: 'orphan' }[propagationPolicy ?? '']
  const isNamespace = resource.plural === 'namespaces'
  const finalizers = [...new Set([...(metadata.finalizers ?? []), ...(dependents === undefined ? [] : [dependents])])]
  const at = metadata.deletionTimestamp ?? timestamp(new Date(Date.now() + (seconds ?? 0) * 1000))
  const isFirst = metadata.deletionTimestamp === undefined
  return {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: at,
      ...(!isNamespace && { deletionGracePeriodSeconds: seconds ?? 0 }),
      ...(metadata.generation !== undefined && isFirst && { generation: metadata.generation + 1 }),
      ...(finalizers.length > 0 && { finalizers }),
    },
    ...(isNamespace && { status: { ...object.status, phase: 'Terminating' } }),
  }
}

/** What an eviction does: it deletes. */
export function evict({ store }: World, call: Call, place: Place): Answer {
  const stored = found(store, place)
  removed(store, place, stored, deleteOptions(call.query, Buffer.alloc(0)))
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}
