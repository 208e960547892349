import { parseMediaType, type MediaType } from './media-type.js'
import { refuse, type Refused } from './refused.js'
import type { RequestKind } from './request-kind.js'

const json = 'application/json'
const anything = new Set(['*/*', 'application/*'])

/** Forms of an answer that can be masked: `as`, `v` and `g`. */
const partial = new Set(
  ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'].map((as) => `as=${as};v=v1;g=meta.k8s.io`),
)
const discovery = new Set(['v2', 'v2beta1'].map((v) => `as=APIGroupDiscoveryList;v=${v};g=apidiscovery.k8s.io`))
const longest = 4096

/** Answers in plain text, for which the server wants to hear that anything will do. */
const inText = new Set<RequestKind>(['log', 'proxy'])

/**
 * Says what a request for a resource accepts: JSON, and the forms of it that can be masked, in the order asked for. What else was asked for
 * is left out; a client that takes no JSON is refused.
 */
export function canonicalAccept(kind: RequestKind, given: string | undefined): string | Refused {
  if (inText.has(kind)) return `${json}, */*`
  return jsonForms(given, partial)
}

/** The same of another path. Descriptions of the API pass in any form that is asked for, as they hold schemas only. */
export function canonicalOtherAccept(segments: readonly string[], given: string | undefined): string | Refused {
  const [root = ''] = segments
  if (root === 'openapi') return openapiAccept(given)
  if (root === 'api' || root === 'apis' || root === 'version') {
    return jsonForms(given, segments.length === 1 ? discovery : new Set())
  }
  return `${json}, */*`
}

function jsonForms(given: string | undefined, known: ReadonlySet<string>): string | Refused {
  if (given === undefined || given.trim() === '') return json
  if (given.length > longest) return refuse('The header accept is too long.')
  const forms = given.split(',').flatMap((text) => jsonForm(parseMediaType(text), known) ?? [])
  return forms.length === 0 ? refuse('The client accepts no JSON.') : Array.from(new Set(forms)).join(',')
}

function jsonForm(media: MediaType | undefined, known: ReadonlySet<string>): string | undefined {
  if (media === undefined || Number(media.parameters.get('q') ?? '1') === 0) return undefined
  const as = media.parameters.get('as')
  if (as === undefined) return media.type === json || anything.has(media.type) ? json : undefined
  const form = `as=${as};v=${media.parameters.get('v') ?? ''};g=${media.parameters.get('g') ?? ''}`
  return media.type === json && known.has(form) ? `${json};${form}` : undefined
}

const openapiList = /^[A-Za-z0-9/.*+;=,@ _-]{1,4096}$/

function openapiAccept(given: string | undefined): string | Refused {
  if (given === undefined || given.trim() === '') return json
  return openapiList.test(given) ? given.trim() : refuse('The header accept cannot be read.')
}
