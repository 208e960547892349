import type { CanonicalRequest } from '../request/canonical-request.js'
import type { RequestInfo } from '../request/request-info.js'

/** What is looked at before a request is decided. */
export interface Plan {
  /** The object that is changed, or the collection: its path. Undefined: nothing is there yet. */
  readonly object?: string
  /** Whether it is tried first. */
  readonly tries: boolean
}

type ResourceInfo = Extract<RequestInfo, { isResource: true }>

/** Parts of objects whose writes can be tried and pinned. Whatever else is below an object connects, mints or decides. */
const parts: ReadonlySet<string> = new Set(['', 'approval', 'ephemeralcontainers', 'resize', 'scale', 'status'])

/**
 * What can be looked at without doing anything. Undefined: nothing, for the request reads, connects, mints or binds, or nobody knows
 * what a trial of it does.
 */
export function planOf({ info, kind }: CanonicalRequest): Plan | undefined {
  if (!info.isResource) return undefined
  if (kind === 'eviction') return { object: objectPath(info), tries: false }
  if (!parts.has(info.subresource)) return undefined
  switch (kind) {
    case 'create':
      return { tries: true }
    case 'update':
    case 'patch':
      return { object: objectPath(info), tries: true }
    case 'delete':
    case 'deletecollection':
      return { object: info.path, tries: false }
    default:
      return undefined
  }
}

/** A scale is an object of its own. Of other parts, the object that they belong to has the version. */
function objectPath({ path, subresource }: ResourceInfo): string {
  return subresource === '' || subresource === 'scale' ? path : path.slice(0, -`/${subresource}`.length)
}
