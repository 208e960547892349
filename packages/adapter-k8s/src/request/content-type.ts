import { parseMediaType } from './media-type.js'
import { refuse, type Refused } from './refused.js'
import type { RequestKind } from './request-kind.js'

export type ContentType =
  | 'application/json'
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml'

const patches = new Map<string, ContentType>([
  ['application/json-patch+json', 'application/json-patch+json'],
  ['application/merge-patch+json', 'application/merge-patch+json'],
  ['application/strategic-merge-patch+json', 'application/strategic-merge-patch+json'],
  ['application/apply-patch+yaml', 'application/apply-patch+yaml'],
])

/** Says what a body is taken for. A patch must say which it is; everything else is JSON. */
export function canonicalContentType(kind: RequestKind, given: string | undefined): ContentType | Refused {
  if (given === undefined || given.trim() === '') {
    return kind === 'patch' ? refuse('The patch does not say of which type it is.') : 'application/json'
  }
  const media = parseMediaType(given)
  if (media === undefined || !isPlain(media.parameters)) return refuse('The header content-type cannot be read.')
  if (kind === 'patch') return patches.get(media.type) ?? refuse('The patch is of no known type.')
  return media.type === 'application/json' ? media.type : refuse(whyNotRead(media.type))
}

function whyNotRead(type: string): string {
  return type === 'application/vnd.kubernetes.protobuf'
    ? 'The body is protobuf, which is not read here: give kubectl apply a manifest, or tell a client library to send JSON.'
    : 'The body is not declared to be JSON.'
}

function isPlain(parameters: ReadonlyMap<string, string>): boolean {
  return Array.from(parameters).every(([name, value]) => name === 'charset' && value.toLowerCase() === 'utf-8')
}
