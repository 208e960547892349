import type { JsonValue } from '../json.js'
import { canonicalAccept, canonicalOtherAccept } from './accept.js'
import { canonicalContent } from './body.js'
import { canonicalContentType, type ContentType } from './content-type.js'
import { parseJsonStrict, writeJson } from './json-strict.js'
import { canonicalOtherQuery, canonicalQuery } from './query.js'
import { isRefused, refuse, type Refused } from './refused.js'
import { identityHeadersIn, readHeaders, type Headers, type HeadersGiven } from './request-headers.js'
import { resourceInfo, type RequestInfo } from './request-info.js'
import { isMethod, kindOf, type Method, type RequestKind } from './request-kind.js'
import { parseResourcePath, type ResourcePath } from './resource-path.js'
import { parseTarget, writeTarget, type Pair, type Target } from './target.js'
import { upgradeOf, type Upgrade } from './upgrade.js'

/** A request as it comes in: the target as it was sent, and headers as Node.js gives them. */
export interface RequestGiven {
  readonly method: string
  readonly target: string
  readonly headers: HeadersGiven
  readonly body?: Uint8Array | undefined
}

/** A request in the one form in which it is decided about and sent on. */
export interface CanonicalRequest {
  readonly method: Method
  readonly kind: RequestKind
  /** What the API server says it is about. */
  readonly info: RequestInfo
  /** Path and query, written from what was understood of them. */
  readonly target: string
  /** Parameters by name; those that may repeat are in the order in which they were given. */
  readonly query: readonly Pair[]
  /** All headers of the client that go on. */
  readonly headers: Readonly<Record<string, string>>
  /** What the body says, and the bytes that say it. */
  readonly body: { readonly value: JsonValue; readonly text: string } | undefined
  /** Nothing is stored. True only where the server honours it. */
  readonly dryRun: boolean
  readonly upgrade: Upgrade | undefined
  /** Headers about who asks, which were given and do not go on. */
  readonly identityHeaders: readonly string[]
}

/**
 * Reads a request as the API server does and writes it in one way, or refuses it. What comes out comes out again when it is put in: nothing of
 * what the client sent goes on that was not understood. Pure; never throws.
 */
export function canonicalRequest(given: RequestGiven): CanonicalRequest | Refused {
  const { method } = given
  if (!isMethod(method)) return refuse('The method is not known.')
  const target = parseTarget(given.target)
  if (isRefused(target)) return target
  const headers = readHeaders(given.headers)
  if (isRefused(headers)) return headers
  const path = parseResourcePath(target.segments)
  if (path === undefined) return otherRequest(given, method, target, headers)
  return isRefused(path) ? path : resourceRequest(given, { method, target, headers, path })
}

interface Parts {
  readonly method: Method
  readonly target: Target
  readonly headers: Headers
  readonly path: ResourcePath
}

function resourceRequest(given: RequestGiven, { method, target, headers, path }: Parts): CanonicalRequest | Refused {
  const kind = kindOf(method, path)
  if (typeof kind !== 'string') return kind
  const pairs = canonicalQuery(kind, target.pairs)
  if (isRefused(pairs)) return pairs
  const upgrade = upgradeOf(kind, headers)
  if (upgrade !== undefined && isRefused(upgrade)) return upgrade
  const accept = canonicalAccept(kind, headers.get('accept'))
  if (typeof accept !== 'string') return accept
  const body = bodyOf(given, kind, headers)
  if (isRefused(body)) return body
  const content = canonicalContent({ kind, path, pairs, ...body })
  if (isRefused(content)) return content
  return {
    method,
    kind,
    info: resourceInfo(method, kind, { path: writeTarget({ ...target, pairs: [] }), pairs: content.pairs }, path),
    target: writeTarget({ ...target, pairs: content.pairs }),
    query: content.pairs,
    headers: { accept, ...(content.value !== undefined && { 'content-type': body.contentType }) },
    body: content.value === undefined ? undefined : { value: content.value, text: writeJson(content.value) },
    dryRun: content.dryRun,
    upgrade,
    identityHeaders: identityHeadersIn(headers),
  }
}

interface Body {
  readonly value: JsonValue | undefined
  readonly contentType: ContentType
}

function bodyOf({ method, body }: RequestGiven, kind: RequestKind, headers: Headers): Body | Refused {
  if (body === undefined || body.length === 0) return { value: undefined, contentType: 'application/json' }
  if (method === 'GET') return refuse('This kind of request has no body.')
  const contentType = canonicalContentType(kind, headers.get('content-type'))
  if (typeof contentType !== 'string') return contentType
  const parsed = parseJsonStrict(body)
  return isRefused(parsed) ? parsed : { value: parsed.value, contentType }
}

/** First segments of paths that are no resources. */
const roots = new Set([
  '.well-known',
  'api',
  'apis',
  'debug',
  'healthz',
  'livez',
  'logs',
  'metrics',
  'openapi',
  'openid',
  'readyz',
  'version',
])

function otherRequest(
  { body }: RequestGiven,
  method: Method,
  target: Target,
  headers: Headers,
): CanonicalRequest | Refused {
  const [root] = target.segments
  if (root !== undefined && !roots.has(root)) return refuse('The path is not known.')
  if (method !== 'GET') return refuse('Paths that are no resources are only read.')
  if (body !== undefined && body.length > 0) return refuse('This kind of request has no body.')
  const pairs = canonicalOtherQuery(root ?? '', target.pairs)
  if (isRefused(pairs)) return pairs
  const upgrade = upgradeOf('other-path', headers)
  if (upgrade !== undefined) return refuse('This request cannot become another protocol.')
  const accept = canonicalOtherAccept(target.segments, headers.get('accept'))
  if (typeof accept !== 'string') return accept
  return {
    method,
    kind: 'other-path',
    info: { isResource: false, verb: 'get', path: writeTarget({ ...target, pairs: [] }) },
    target: writeTarget({ ...target, pairs }),
    query: pairs,
    headers: { accept },
    body: undefined,
    dryRun: false,
    upgrade: undefined,
    identityHeaders: identityHeadersIn(headers),
  }
}
