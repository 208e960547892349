import type { AttributeValue, Effect } from '@bothkeys/core/adapter'
import type { PatchType } from '../danger/write-style.js'
import type { JsonValue } from '../json.js'
import { dangerEffects, type Result } from './danger-effects.js'
import { dutyOf, type Verb } from './duty-of.js'
import { pathName, resourceName, type Named } from './resource-name.js'

/** A request to a resource, as the API server names it, with what the door made certain of. */
export interface ResourceRequest extends Named {
  readonly verb: Verb
  /** Nothing is stored: the server was told so in the way that it honours. */
  readonly dryRun: boolean
  /** What is sent; with a deletion all its options. */
  readonly body?: JsonValue | undefined
  /** Whether an apply takes fields over from others. */
  readonly force?: boolean | undefined
  readonly patchType?: PatchType | undefined
  /** What comes of it, as far as somebody saw it. `unseen` unless given. */
  readonly result?: Result | undefined
}

/**
 * What a request to a resource does. Its attributes are the API server's own words: `verb`, `group`, `resource`, `subresource`,
 * `namespace`, `name`, and `dryRun`; what is dangerous about it adds `dangers` and effects of its own. `groups`: those of the user's
 * own that the target lists. Refused: what would be written cannot be looked through.
 */
export function effectsOf(
  request: ResourceRequest,
  groups: ReadonlySet<string>,
): readonly Effect[] | { readonly refused: string } {
  const dangers = dangerEffects(request)
  if ('refused' in dangers) return dangers
  const { apiGroup, dryRun, name, namespace, resource, subresource, verb } = request
  const attributes: Record<string, AttributeValue> = { ...dangers.attributes, verb, group: apiGroup, resource, dryRun }
  for (const [key, value] of Object.entries({ subresource, namespace, name })) if (value !== '') attributes[key] = value
  return Object.freeze([
    Object.freeze({
      duty: dutyOf(verb, request, groups),
      resource: resourceName(request),
      attributes: Object.freeze(attributes),
    }),
    ...dangers.effects,
  ])
}

/** Paths that say how the API server is, and what it knows: anybody who may read needs them. */
const telling = /^\/(?:$|api(?:s)?(?:\/|$)|version$|openapi\/|(?:healthz|livez|readyz)(?:\/|$)|\.well-known\/|openid\/)/

/** What reading a path does that leads to no resource. Those that show more of the server than anybody needs are `opaque`. */
export function effectsOfPath(path: string): readonly Effect[] {
  return Object.freeze([
    Object.freeze({
      duty: telling.test(path) ? 'read' : 'opaque',
      resource: pathName(path),
      attributes: Object.freeze({ verb: 'get' }),
    } as const),
  ])
}
