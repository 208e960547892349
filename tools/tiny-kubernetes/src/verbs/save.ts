import { apiVersionOf, asKind, asResource, type Resource } from '../catalogue/resource.js'
import { arrayOf, same } from '../json.js'
import { withDefaults } from '../objects/defaults.js'
import { afterUpdate, type Manager, type Writer } from '../objects/managed-fields.js'
import { type KubeObject, timestamp } from '../objects/kube-object.js'
import { validate } from '../objects/validate.js'
import { badRequest, conflict, invalid, modified, wrong } from '../status.js'
import type { Store, Stored } from '../store/store.js'
import type { Place } from '../world.js'

/** What takes the place of an object. */
export interface Next {
  readonly object: KubeObject
  readonly writer: Writer
  readonly dryRun: boolean
  /** Who owns which fields now, when that is known already. */
  readonly managers?: readonly Manager[]
}

/** Puts an object in the place of another, as far as that may be. What changes nothing is no change. */
export function save(store: Store, place: Place, before: Stored, next: Next): Stored {
  const { resource } = place
  matches(place, next.object)
  const given = next.object.metadata.resourceVersion
  if (given !== undefined && given !== '' && given !== before.object.metadata.resourceVersion) {
    throw conflict(asResource(resource), place.name, modified)
  }
  const object = withDefaults(resource, kept(place, before.object, next.object))
  validate(resource, object)
  podKeepsSpec(place, before.object, object)
  const managers = next.managers ?? afterUpdate(before.managers, before.object, object, next.writer)
  const isSame = same(withoutManaged(object), withoutManaged(before.object))
  if (isSame && sameManagers(managers, before.managers)) return before
  const now = { key: before.key, object, managers }
  if (next.dryRun) return now
  if (isGone(before.object, object)) return store.remove(resource, before, object)
  return store.put(resource, object, managers)
}

function matches({ name, namespace }: Place, { metadata }: KubeObject): void {
  if (metadata.name === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  const given = metadata.namespace ?? namespace
  if (given !== namespace && namespace !== '') {
    throw badRequest(
      `the namespace of the object (${given}) does not match the namespace on the request (${namespace})`,
    )
  }
}

/** What a write cannot change stays: who the object is, and whichever of spec and status the path is not about. */
function kept({ namespace, resource, subresource }: Place, old: KubeObject, given: KubeObject): KubeObject {
  const { deletionGracePeriodSeconds, deletionTimestamp, generation, creationTimestamp, uid } = old.metadata
  const { managedFields: _managed, resourceVersion: _version, ...metadata } = given.metadata
  if (metadata.uid !== undefined && metadata.uid !== uid) {
    const cause = wrong('metadata.uid', JSON.stringify(metadata.uid), 'field is immutable')
    // The API server says so twice.
    throw invalid(asKind(resource), old.metadata.name, [cause, cause])
  }
  const hasStatus = resource.subresources.includes('status')
  const isStatus = subresource === 'status'
  const object: KubeObject = isStatus
    ? { ...old, ...(given.status !== undefined && { status: given.status }) }
    : { ...given, ...(hasStatus && old.status !== undefined && { status: old.status }) }
  if (!isStatus && hasStatus && old.status === undefined) delete object.status
  const counts = resource.counted && generation !== undefined
  const isChanged = counts && !isStatus && isAnother(resource, old, withDefaults(resource, object))
  return {
    ...object,
    metadata: {
      ...(isStatus ? old.metadata : metadata),
      ...(resource.namespaced && namespace !== '' && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(old.metadata.resourceVersion !== undefined && { resourceVersion: old.metadata.resourceVersion }),
      ...(counts && { generation: isChanged ? generation + 1 : generation }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
    },
  }
}

/** Whether a change counts: of deployments, their annotations count too. */
function isAnother({ plural }: Resource, old: KubeObject, now: KubeObject): boolean {
  const annotations = ({ metadata }: KubeObject): object => metadata.annotations ?? {}
  return !same(now.spec, old.spec) || (plural === 'deployments' && !same(annotations(now), annotations(old)))
}

/** Of what runs, almost nothing can be changed. */
function podKeepsSpec({ name, resource, subresource }: Place, old: KubeObject, now: KubeObject): void {
  if (resource.plural !== 'pods' || subresource !== '') return
  if (same(fixed(old), fixed(now))) return
  const message =
    'Forbidden: pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, ' +
    '`spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)'
  throw invalid(asKind(resource), name, [{ reason: 'FieldValueForbidden', message, field: 'spec' }])
}

function fixed({ spec = {} }: KubeObject): object {
  const { activeDeadlineSeconds: _deadline, containers, initContainers, tolerations: _tolerations, ...rest } = spec
  const withoutImages = [containers, initContainers].map((list) =>
    Array.isArray(list) ? list.map((each: object) => ({ ...each, image: '' })) : [],
  )
  return { ...rest, withoutImages }
}

/** What was to be deleted goes with the last of its finalizers. */
function isGone(before: KubeObject, now: KubeObject): boolean {
  return now.metadata.deletionTimestamp !== undefined && finalizers(before) > 0 && finalizers(now) === 0
}

function finalizers({ metadata, spec }: KubeObject): number {
  return (metadata.finalizers?.length ?? 0) + arrayOf(spec?.['finalizers']).length
}

function withoutManaged({ metadata, ...rest }: KubeObject): object {
  const { managedFields: _managed, ...others } = metadata
  return { ...rest, metadata: others }
}

function sameManagers(one: readonly Manager[], other: readonly Manager[]): boolean {
  const told = (managers: readonly Manager[]): unknown =>
    managers.map(({ fields, name, operation }) => [operation, name, ...[...fields].sort()])
  return same(told(one), told(other))
}

/** Who a write is by: who says so, or else the program. */
export function writerOf(
  resource: Resource,
  { fieldManager }: { readonly fieldManager: string | undefined },
  agent: string | undefined,
): Writer {
  const name = fieldManager ?? (agent ?? 'unknown').split('/')[0] ?? 'unknown'
  return { name, apiVersion: apiVersionOf(resource), time: timestamp() }
}
