import type { JsonObject, JsonValue } from '../json.js'
import type { ContentType } from './content-type.js'
import { parseDeleteOptions, uniteDeleteOptions, splitDeleteOptions, writeDeleteOptions } from './delete-options.js'
import { isObject, own } from '../json-object.js'
import { jsonPatchFault } from './json-patch.js'
import { identityMismatch, versionOf } from './object-identity.js'
import { isRefused, refuse, type Refused } from './refused.js'
import type { RequestKind } from './request-kind.js'
import type { ResourcePath } from './resource-path.js'
import type { Pair } from './target.js'

/** What a request does once its body is read: the body that goes on, the query that is left, and whether anything is stored. */
export interface Content {
  readonly value: JsonValue | undefined
  readonly pairs: readonly Pair[]
  readonly dryRun: boolean
}

interface Given {
  readonly kind: RequestKind
  readonly path: ResourcePath
  readonly pairs: readonly Pair[]
  readonly contentType: ContentType
  readonly value: JsonValue | undefined
}

/** Requests that are complete without a body. */
const withoutBody = new Set<RequestKind>(['get', 'list', 'log', 'exec', 'attach', 'portforward', 'proxy'])

/** Says what goes on of the body of a request to a resource, and refuses a body that contradicts it. */
export function canonicalContent(given: Given): Content | Refused {
  const { kind, path, pairs, value } = given
  if (withoutBody.has(kind)) return unchanged(given)
  if (kind === 'delete' || kind === 'deletecollection') return deletion(path, pairs, value === undefined ? {} : value)
  if (value === undefined) return refuse('The request has no body.')
  if (given.contentType === 'application/json-patch+json') return jsonPatchFault(value) ?? unchanged(given)
  if (!isObject(value)) return refuse('The body is no object.')
  const fault = identityMismatch(kind, path, value) ?? applyFault(given.contentType, value)
  if (fault !== undefined) return fault
  return kind === 'eviction' ? eviction(given, value) : unchanged(given)
}

/** What a backend behind a proxy makes of a parameter, nobody knows. */
function unchanged({ kind, pairs, value }: Given): Content {
  return { value, pairs, dryRun: kind !== 'proxy' && pairs.some(([name]) => name === 'dryRun') }
}

function versionsOf(path: ResourcePath): ReadonlySet<string> {
  return new Set(['v1', 'meta.k8s.io/v1', versionOf(path)])
}

/** A deletion says everything in its body, always, because the server reads one place only. */
function deletion(path: ResourcePath, pairs: readonly Pair[], body: JsonValue): Content | Refused {
  const { given, rest } = splitDeleteOptions(pairs)
  const united = uniteDeleteOptions(given, body, versionsOf(path))
  return isRefused(united) ? united : { value: writeDeleteOptions(united), pairs: rest, dryRun: united.dryRun }
}

/** An eviction can be a dry run in two places, which must agree. It goes on as one in both. */
function eviction({ path, pairs }: Given, object: JsonObject): Content | Refused {
  const versions = new Set([...versionsOf(path), 'policy/v1', 'policy/v1beta1'])
  const parsed = parseDeleteOptions(own(object, 'deleteOptions') ?? {}, versions)
  if (isRefused(parsed)) return parsed
  const isInQuery = pairs.some(([name]) => name === 'dryRun')
  const dryRun = isInQuery || parsed.dryRun
  const query: readonly Pair[] = dryRun && !isInQuery ? [...pairs, ['dryRun', 'All']] : pairs
  const sorted = query.toSorted(([one], [other]) => (one < other ? -1 : 1))
  return { value: { ...object, deleteOptions: writeDeleteOptions({ ...parsed, dryRun }) }, pairs: sorted, dryRun }
}

/** An apply is read as YAML, and says of itself what it is. */
function applyFault(contentType: ContentType, object: JsonObject): Refused | undefined {
  if (contentType !== 'application/apply-patch+yaml') return undefined
  if (hasMergeKey(object)) return refuse('The body has a key that means something in YAML.')
  const isNamed = [own(object, 'apiVersion'), own(object, 'kind')].every(
    (each) => typeof each === 'string' && each !== '',
  )
  return isNamed ? undefined : refuse('The body of an apply does not say its kind and apiVersion.')
}

function hasMergeKey(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Object.hasOwn(value, '<<')) return true
  return Object.values(value).some((each: JsonValue) => hasMergeKey(each))
}
