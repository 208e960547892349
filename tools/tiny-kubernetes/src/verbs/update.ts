import { asResource } from '../catalogue/resource.js'
import { decode } from '../objects/decode.js'
import type { Metadata } from '../objects/kube-object.js'
import { conflict } from '../status.js'
import type { Answer, Call, Place, World } from '../world.js'
import { createObject } from './create.js'
import { found, segment } from './found.js'
import { writeOptions } from './options.js'
import { save, writerOf } from './save.js'
import { shown } from './shown.js'

/** Puts an object in the place of what was there. */
export function update({ store }: World, call: Call, place: Place): Answer {
  const options = writeOptions('UpdateOptions', call.query)
  const object = decode(place.resource, call.body)
  const { uid } = object.metadata
  segment(place.name)
  const there = store.get(place.resource, place.namespace, place.name)?.object.metadata.uid ?? ''
  if (uid !== undefined && uid !== there && object.metadata.name === place.name) throw otherUid(place, uid, there)
  if (there === '' && place.resource.group === 'rbac.authorization.k8s.io') {
    // Of these alone, an update makes what is not there.
    const given = { ...object, metadata: withoutRevision(object.metadata) }
    return {
      code: 201,
      body: shown(createObject(store, place, given, { ...options, agent: call.headers['user-agent'] })),
    }
  }
  const before = found(store, place)
  const writer = writerOf(place.resource, options, call.headers['user-agent'])
  return { code: 200, body: shown(save(store, place, before, { object, writer, dryRun: options.dryRun })) }
}

function withoutRevision({ resourceVersion: _version, ...metadata }: Metadata): Metadata {
  return metadata as Metadata // its name is there
}

function otherUid({ name, namespace, resource }: Place, uid: string, there: string): Error {
  const key = ['/registry', resource.plural, ...(namespace === '' ? [] : [namespace]), name].join('/')
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${there}`
  return conflict(
    asResource(resource),
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  )
}
