import type { EstimatedChange } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { JsonValue } from '../json.js'
import { isObject, own } from '../json-object.js'
import type { Looks } from './looks.js'

/** What a namespace holds, by kind, and what of it could not be seen. */
export interface Inventory {
  readonly within: readonly EstimatedChange[]
  readonly findings: readonly string[]
}

/** A kind of objects within namespaces. */
interface Listed {
  /** `/api/v1` or `/apis/apps/v1`. */
  readonly root: string
  readonly resource: string
  /** As kubectl writes it. */
  readonly name: string
}

const mostGroups = 100
const mostKinds = 200
const atOnce = 8
/** What would be counted twice, or is made by others all the time. */
const skipped: ReadonlySet<string> = new Set(['events.events.k8s.io', 'events'])

/** Counts what goes with a namespace: one short list of each kind that it can hold. Rejects when nobody waits any more. */
export async function inventory(namespace: string, looks: Looks): Promise<Inventory> {
  const roots = ['/api/v1', ...(await groupRoots(looks))]
  const found = await inTurn(roots, (root) => kindsAt(root, looks))
  const kinds = found.flatMap((each) => each ?? [])
  const counts = await inTurn(kinds.slice(0, mostKinds), (kind) => countOf(kind, namespace, looks))
  const within = counts.flatMap((count, index): readonly EstimatedChange[] => {
    const name = kinds[index]?.name ?? ''
    return count === undefined || count === 0 ? [] : [{ path: name, before: String(count), after: null }]
  })
  const unseen = counts.filter((count) => count === undefined).length
  const groups = found.filter((each) => each === undefined).length
  const isCut = kinds.length > mostKinds || roots.length > mostGroups
  return {
    within,
    findings: [
      ...(unseen > 0 ? [`${String(unseen)} kinds of objects could not be counted`] : []),
      ...(groups > 0 ? [`${String(groups)} groups could not be looked at`] : []),
      ...(isCut ? ['there are more kinds of objects than were counted'] : []),
    ],
  }
}

/** The group's own choice of a version. */
async function groupRoots(looks: Looks): Promise<readonly string[]> {
  const { value } = await looks.ask({ method: 'GET', path: '/apis' })
  return listIn(value, 'groups').flatMap((group) => {
    const preferred = isObject(group) ? own(group, 'preferredVersion') : undefined
    const version = isObject(preferred) ? own(preferred, 'groupVersion') : undefined
    return typeof version === 'string' && /^[a-z0-9.-]{1,253}\/[a-z0-9]{1,63}$/.test(version)
      ? [`/apis/${version}`]
      : []
  })
}

async function kindsAt(root: string, looks: Looks): Promise<readonly Listed[] | undefined> {
  const { status, value } = await orNothing(looks, root)
  if (status !== 200) return undefined
  return listIn(value, 'resources').flatMap((each): readonly Listed[] => {
    if (!isObject(each) || own(each, 'namespaced') !== true || !listIn(each, 'verbs').includes('list')) return []
    const resource = own(each, 'name')
    if (typeof resource !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(resource)) return []
    const [, , group = ''] = root.split('/')
    const name = root === '/api/v1' ? resource : `${resource}.${group}`
    return skipped.has(name) ? [] : [{ root, resource, name }]
  })
}

async function countOf({ resource, root }: Listed, namespace: string, looks: Looks): Promise<number | undefined> {
  const { status, value } = await orNothing(looks, `${root}/namespaces/${namespace}/${resource}`, [['limit', '1']])
  if (status !== 200 || !isObject(value)) return undefined
  const metadata = own(value, 'metadata')
  const rest = isObject(metadata) ? (own(metadata, 'remainingItemCount') ?? 0) : 0
  return typeof rest === 'number' && Number.isSafeInteger(rest) && rest >= 0
    ? listIn(value, 'items').length + rest
    : undefined
}

/** Of what cannot be asked, it is said that nobody knows. */
async function orNothing(
  looks: Looks,
  path: string,
  query: readonly (readonly [string, string])[] = [],
): Promise<{ readonly status: number; readonly value: JsonValue | undefined }> {
  try {
    return await looks.ask({ method: 'GET', path, query })
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_INTERNAL') return { status: 0, value: undefined }
    throw error
  }
}

function listIn(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  const list = isObject(value) ? own(value, name) : undefined
  return Array.isArray(list) ? (list as readonly JsonValue[]).slice(0, 1_000) : []
}

/** A few at a time, so that one deletion keeps nobody else waiting. */
async function inTurn<Item, Found>(items: readonly Item[], look: (item: Item) => Promise<Found>): Promise<Found[]> {
  const found: Found[] = []
  for (let at = 0; at < items.length; at += atOnce)
    // oxlint-disable-next-line no-await-in-loop -- A few at a time.
    found.push(...(await Promise.all(items.slice(at, at + atOnce).map(look))))
  return found
}
