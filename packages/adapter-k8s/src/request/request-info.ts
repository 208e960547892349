import { parseFieldSelector } from './field-selector.js'
import type { Method, RequestKind } from './request-kind.js'
import type { ResourcePath } from './resource-path.js'
import type { Pair } from './target.js'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** What the API server says a request is about, when it authorises it and in its audit log. */
export type RequestInfo =
  | ({ readonly isResource: true; readonly verb: Verb; readonly path: string } & ResourcePath)
  | { readonly isResource: false; readonly verb: 'get'; readonly path: string }

const verbs: Readonly<Record<Method, Verb>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Says what a request is about. The query is canonical; a list of what has one name is about that name, as the server says it. */
export function resourceInfo(
  method: Method,
  kind: RequestKind,
  { path, pairs }: { readonly path: string; readonly pairs: readonly Pair[] },
  resource: ResourcePath,
): RequestInfo {
  const verb = verbOf(method, kind, pairs)
  const name = kind === 'list' ? nameIn(pairs) : resource.name
  return { isResource: true, verb, path, ...resource, name }
}

function verbOf(method: Method, kind: RequestKind, pairs: readonly Pair[]): Verb {
  if (kind === 'list') return valueOf(pairs, 'watch') === 'true' ? 'watch' : 'list'
  return kind === 'deletecollection' ? kind : verbs[method]
}

function nameIn(pairs: readonly Pair[]): string {
  const selector = valueOf(pairs, 'fieldSelector')
  return selector === undefined ? '' : (parseFieldSelector(selector)?.name ?? '')
}

function valueOf(pairs: readonly Pair[], name: string): string | undefined {
  return pairs.find(([each]) => each === name)?.[1]
}
