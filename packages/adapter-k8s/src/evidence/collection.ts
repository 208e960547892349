import { createHash } from 'node:crypto'
import type { EstimateAction } from '@bothkeys/core/adapter'
import type { JsonValue } from '../json.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject, own } from '../json-object.js'
import { isRefused, refuse, type Refused } from '../request/refused.js'
import { bounded } from './changes.js'
import type { Looks } from './looks.js'

/** The most objects that are named. */
const most = 500

const namesOnly = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
/** What chooses the objects of a deletion. */
const choosing: ReadonlySet<string> = new Set([
  'fieldSelector',
  'labelSelector',
  'resourceVersion',
  'resourceVersionMatch',
])

interface Collected {
  readonly estimate: EstimateAction
  readonly stateEpoch: string
  readonly recheck: () => Promise<boolean>
}

interface Member {
  readonly name: string
  readonly uid: string
}

/**
 * Names what the deletion of a collection would delete. The API server pins none of it, so that the digest is over which objects they
 * are, and they are looked at again before it is sent. Refused: nobody can name them.
 */
export async function collection(request: CanonicalRequest, looks: Looks): Promise<Collected | Refused> {
  const members = await membersOf(request, looks)
  if (isRefused(members)) return members
  const gone = members.map(({ name }) => ({ path: name, before: 'there', after: null }))
  const stateEpoch = epochOf(members)
  return {
    estimate: () => Promise.resolve({ ...bounded(gone), findings: [`${String(members.length)} objects go`] }),
    stateEpoch,
    recheck: async () => {
      const now = await membersOf(request, looks)
      return !isRefused(now) && epochOf(now) === stateEpoch
    },
  }
}

async function membersOf({ info, query }: CanonicalRequest, looks: Looks): Promise<readonly Member[] | Refused> {
  const chosen = query.filter(([name]) => choosing.has(name))
  const { status, value } = await looks.ask({
    method: 'GET',
    path: info.path,
    query: [...chosen, ['limit', String(most)]],
    headers: { accept: namesOnly },
  })
  if (status !== 200 || !isObject(value)) return unseen
  const metadata = own(value, 'metadata')
  const items = own(value, 'items')
  const isMore = isObject(metadata) && typeof own(metadata, 'continue') === 'string' && own(metadata, 'continue') !== ''
  if (isMore) return refuse(`More than ${String(most)} objects would be deleted at once.`)
  const members = Array.isArray(items) ? (items as readonly JsonValue[]).map(memberOf) : [undefined]
  const whole = members.filter((member) => member !== undefined)
  if (whole.length < members.length) return unseen
  return whole.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}

function memberOf(item: JsonValue): Member | undefined {
  const metadata = isObject(item) ? own(item, 'metadata') : undefined
  if (!isObject(metadata)) return undefined
  const [name, uid] = [own(metadata, 'name'), own(metadata, 'uid')]
  return typeof name === 'string' && typeof uid === 'string' && uid !== '' ? { name, uid } : undefined
}

function keyOf({ name, uid }: Member): string {
  return JSON.stringify([name, uid])
}

function epochOf(members: readonly Member[]): string {
  const hash = createHash('sha256')
  for (const member of members) hash.update(`${keyOf(member)}\n`)
  return hash.digest('hex')
}

const unseen = refuse('Nobody could see what would be deleted.')
