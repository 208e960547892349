import { randomBytes } from 'node:crypto'
import { isAllowed } from '../access/rbac.js'
import { resourceAt } from '../catalogue/catalogue.js'
import { asResource } from '../catalogue/resource.js'
import { objectOf, textOf } from '../json.js'
import { decode } from '../objects/decode.js'
import { withDefaults } from '../objects/defaults.js'
import { afterUpdate, type Manager } from '../objects/managed-fields.js'
import { type KubeObject, timestamp } from '../objects/kube-object.js'
import { validate } from '../objects/validate.js'
import { alreadyExists, badRequest, forbidden, internal, notFound, Refusal } from '../status.js'
import { newUid, type Store, type Stored } from '../store/store.js'
import type { Answer, Call, Place, World } from '../world.js'
import { type WriteOptions, writeOptions } from './options.js'
import { writerOf } from './save.js'
import { shown } from './shown.js'

/** Makes an object. */
export function create({ store }: World, call: Call, place: Place): Answer {
  const options = writeOptions('CreateOptions', call.query)
  const object = decode(place.resource, call.body)
  call.named(object.metadata.name)
  if (place.resource.virtual) return { code: 201, body: reviewed(store, call, object) }
  return {
    code: 201,
    body: shown(createObject(store, place, object, { ...options, agent: call.headers['user-agent'] })),
  }
}

/** Keeps a new object. With `managers`, those own its fields. */
export function createObject(
  store: Store,
  { namespace, resource }: Place,
  given: KubeObject,
  {
    agent,
    managers,
    ...options
  }: WriteOptions & { readonly agent?: string | undefined; readonly managers?: readonly Manager[] },
): Stored {
  if ((given.metadata.namespace ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (resource.namespaced) inNamespace(store, { namespace, resource, given })
  if (given.metadata.resourceVersion !== undefined)
    throw internal('resourceVersion should not be set on objects to be created')
  const object = withDefaults(resource, born(given, resource.namespaced ? namespace : '', resource.counted))
  validate(resource, object)
  if (store.get(resource, namespace, object.metadata.name) !== undefined) {
    throw alreadyExists(asResource(resource), object.metadata.name)
  }
  const writer = writerOf(resource, options, agent)
  const owned = managers ?? afterUpdate([], undefined, object, writer)
  return options.dryRun ? { key: '', object, managers: owned } : store.put(resource, object, owned)
}

function born(given: KubeObject, namespace: string, counted: boolean): KubeObject {
  const { generateName, name } = given.metadata
  const {
    deletionTimestamp: _end,
    deletionGracePeriodSeconds: _grace,
    managedFields: _managed,
    ...kept
  } = given.metadata
  const made = name === '' && generateName !== undefined ? `${generateName}${randomName()}` : name
  const metadata = {
    ...kept,
    name: made,
    ...(namespace !== '' && { namespace }),
    uid: newUid(),
    creationTimestamp: timestamp(),
    ...(counted && { generation: 1 }),
  }
  return { ...given, metadata }
}

function randomName(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789'
  return [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join('')
}

/** The namespace has to be there, and to stay. */
function inNamespace(
  store: Store,
  { given, namespace, resource }: Pick<Place, 'namespace' | 'resource'> & { readonly given: KubeObject },
): void {
  const namespaces = resourceAt('', 'v1', 'namespaces')
  const found = namespaces && store.get(namespaces, '', namespace)
  if (found === undefined) throw notFound({ group: '', name: 'namespaces' }, namespace)
  if (found.object.metadata.deletionTimestamp === undefined) return
  const { name } = given.metadata
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  }
  const { code, details, message, reason } = forbidden(asResource(resource), name, why)
  throw new Refusal(code, reason, message, { ...details, causes: [cause] })
}

/** Answers whether somebody may do something. */
function reviewed(store: Store, { user }: Call, review: KubeObject): object {
  const { spec = {} } = review
  const { verb, group, resource, subresource, namespace, name } = objectOf(spec['resourceAttributes'])
  const path = objectOf(spec['nonResourceAttributes'])
  const whole = [textOf(resource), textOf(subresource)].filter((part) => part !== '').join('/')
  const wish =
    spec['nonResourceAttributes'] === undefined
      ? { verb: textOf(verb), group: textOf(group), resource: whole, namespace: textOf(namespace), name: textOf(name) }
      : { verb: textOf(path['verb']), path: textOf(path['path']) }
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : []
  const whom = review.kind === 'SelfSubjectAccessReview' ? user : { name: textOf(spec['user']), groups }
  const { name: _name, ...metadata } = review.metadata
  return {
    ...review,
    metadata: { ...metadata, creationTimestamp: null },
    status: { allowed: isAllowed(store, whom, wish) },
  }
}
