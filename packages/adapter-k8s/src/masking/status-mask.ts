import type { JsonObject, JsonValue } from '../json.js'
import { isIdentifier } from './identifiers.js'
import { isList, isObject, own, ownText, withItems, withMembers } from './members.js'
import type { Walk } from './walk.js'

/** Reasons whose messages the server makes of names alone. Others may quote what was stored or sent. */
const plain: ReadonlySet<string> = new Set([
  'NotFound',
  'AlreadyExists',
  'Unauthorized',
  'Timeout',
  'ServerTimeout',
  'TooManyRequests',
  'Gone',
  'Expired',
])

/** What the server says of a request. About secrets, only messages are shown that quote none. */
export function maskStatus(status: JsonObject, expected: string | undefined, walk: Walk, depth: number): JsonObject {
  const isAboutSecrets = expected === 'Secret' || ['secrets', 'Secret'].includes(detailOf(status, 'kind') ?? '')
  const reason = ownText(status, 'reason') ?? ''
  const hides = isAboutSecrets && !(plain.has(reason) || isForbidden(status, reason))
  return withMembers(status, (key, value) => {
    if (key === 'kind' || key === 'apiVersion') return isIdentifier(value) ? value : walk.hidden(value, depth)
    if (key === 'metadata' && isObject(value)) return walk.metadata(value, isAboutSecrets, depth + 1)
    if (key === 'details' && isObject(value)) return maskDetails(value, hides, walk, depth + 1)
    if (!hides || key === 'status' || key === 'code' || key === 'reason') return walk.value(value, key, depth + 1)
    return walk.hidden(value, depth + 1)
  })
}

/** What the authorizer says names who may not do what. */
function isForbidden(status: JsonObject, reason: string): boolean {
  const message = ownText(status, 'message') ?? ''
  return reason === 'Forbidden' && /^secrets(?: "[\w.-]*")? is forbidden: User "[^"]*" cannot [\w" -]*$/.test(message)
}

function maskDetails(details: JsonObject, hides: boolean, walk: Walk, depth: number): JsonObject {
  return withMembers(details, (key, value) => {
    if (key !== 'causes') return walk.value(value, key, depth + 1)
    if (hides) return walk.hidden(value, depth)
    return isList(value)
      ? withItems(value, (cause) => maskCause(cause, walk, depth + 2))
      : walk.value(value, key, depth)
  })
}

/** A cause names its field beside the message that quotes its value. */
function maskCause(cause: JsonValue, walk: Walk, depth: number): JsonValue {
  const field = isObject(cause) ? ownText(cause, 'field') : undefined
  if (!isObject(cause) || field === undefined) return walk.value(cause, 'causes', depth)
  const before = `${field}: `
  return withMembers(cause, (key, value) => {
    if (key !== 'message' || typeof value !== 'string') return walk.value(value, key, depth + 1)
    const masked = walk.value(`${before}${value}`, key, depth + 1)
    return typeof masked === 'string' && masked.startsWith(before) ? masked.slice(before.length) : walk.marked(value)
  })
}

function detailOf(status: JsonObject, key: string): string | undefined {
  const details = own(status, 'details')
  return isObject(details) ? ownText(details, key) : undefined
}
