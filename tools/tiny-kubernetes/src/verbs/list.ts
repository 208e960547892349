import { apiVersionOf } from '../catalogue/resource.js'
import { isObject } from '../json.js'
import type { KubeObject } from '../objects/kube-object.js'
import { badRequest, expired, internal, invalid, Refusal } from '../status.js'
import { fieldSelector } from '../store/field-selector.js'
import { labelSelector } from '../store/label-selector.js'
import type { Store, Stored } from '../store/store.js'
import type { Answer, Call, Place, World } from '../world.js'
import { wholeNumber } from './options.js'
import { shown } from './shown.js'

/** Those objects of a resource that a selection has, page by page. */
export function list({ store }: World, call: Call, place: Place): Answer {
  return { code: 200, body: listed(store, call, place).body }
}

/** The objects, and the list that says them. */
export function listed(
  store: Store,
  { query }: Call,
  place: Place,
): { readonly found: readonly Stored[]; readonly body: object } {
  const { resource, namespace } = place
  const limit = wholeNumber(query.first('limit') ?? '0')
  wholeNumber(query.first('timeoutSeconds') ?? '0')
  const matches = selection(place, query)
  const { revision, start } = where(store, query)
  const all = store
    .list(resource, namespace, revision)
    .filter(({ key }) => start === undefined || key >= `${folder(place)}${start}`)
  const selected = all.filter(({ object }) => matches(object))
  const page = limit > 0 ? selected.slice(0, limit) : selected
  const last = page.at(-1)
  const isMore = last !== undefined && page.length < selected.length
  const isSelective = ['labelSelector', 'fieldSelector'].some((name) => (query.first(name) ?? '') !== '')
  const metadata = {
    resourceVersion: String(revision),
    ...(isMore && { continue: token(revision, `${last.key.slice(folder(place).length)}\0`) }),
    ...(isMore && !isSelective && { remainingItemCount: selected.length - page.length }),
  }
  const items = page.map((stored) => {
    const { kind: _kind, apiVersion: _apiVersion, ...item } = shown(stored)
    return item
  })
  return { found: page, body: { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items } }
}

/** What tells whether a selection has an object. */
export function selection({ resource }: Place, query: Call['query']): (object: KubeObject) => boolean {
  const byLabels = labelSelector(query.first('labelSelector') ?? '')
  const byFields = fieldSelector(resource, query.first('fieldSelector') ?? '')
  return (object) => byLabels(object.metadata.labels ?? {}) && byFields(object)
}

/** Which revision a client wants, if it says. */
export function revisionOf(query: Call['query']): number | undefined {
  const text = query.first('resourceVersion') ?? ''
  if (text === '') return undefined
  if (!/^\d+$/.test(text)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
    throw internal(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`)
  }
  return Number(text)
}

function where(store: Store, query: Call['query']): { readonly revision: number; readonly start?: string } {
  const token = query.first('continue') ?? ''
  if (token !== '') return continued(store, token)
  const wanted = revisionOf(query)
  const match = query.first('resourceVersionMatch') ?? ''
  if (match !== '' && wanted === undefined) {
    const message = 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'
    const cause = { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' }
    throw invalid({ group: 'meta.k8s.io', name: 'ListOptions' }, '', [cause])
  }
  if (wanted !== undefined && wanted > store.revision) throw tooLarge(wanted, store.revision)
  if (match !== 'Exact' || wanted === undefined) return { revision: store.revision }
  if (wanted < store.forgotten) throw expired(`The resourceVersion for the provided list is too old.`)
  return { revision: wanted }
}

function tooLarge(wanted: number, current: number): Refusal {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  const message = `Timeout: Too large resource version: ${String(wanted)}, current: ${String(current)}`
  return new Refusal(504, 'Timeout', message, { causes, retryAfterSeconds: 1 })
}

function token(rv: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url')
}

function continued(store: Store, token: string): { readonly revision: number; readonly start: string } {
  const { rv, start } = read(token)
  if (typeof rv !== 'number' || typeof start !== 'string') {
    throw badRequest('invalid continue token: continue key is not valid: illegal base64 data at input byte 0')
  }
  if (rv < store.forgotten) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
        'continue parameter.',
    )
  }
  return { revision: rv, start }
}

function read(token: string): { readonly rv?: unknown; readonly start?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function folder({ namespace, resource: { group, plural, namespaced } }: Place): string {
  return namespaced && namespace !== '' ? `${group}/${plural}/${namespace}/` : `${group}/${plural}/`
}
