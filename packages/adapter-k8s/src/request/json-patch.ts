import type { JsonValue } from '../json.js'
import { isObject, own } from '../json-object.js'
import { refuse, type Refused } from './refused.js'

/** What an operation has beside `op` and `path`. */
const operations = new Map([
  ['add', 'value'],
  ['remove', undefined],
  ['replace', 'value'],
  ['test', 'value'],
])
/** They put what nobody may see where everybody sees it. */
const carrying: ReadonlySet<JsonValue | undefined> = new Set(['copy', 'move'])
/** What may be tested: it is shown to whoever may read the object. Of anything else, a test would say whether a guess is right. */
const testable: ReadonlySet<JsonValue | undefined> = new Set(
  ['generation', 'name', 'namespace', 'resourceVersion', 'uid'].map((name) => `/metadata/${name}`),
)

const pointer = /^(?:\/(?:[^~/]|~[01])*)*$/

/**
 * Refuses what is no JSON Patch (RFC 6902) of operations that are known, each with what it needs and nothing else, and operations that
 * tell what is hidden.
 */
export function jsonPatchFault(value: JsonValue): Refused | undefined {
  if (!Array.isArray(value)) return refuse('The patch is no list of operations.')
  const given: readonly JsonValue[] = value
  if (given.some(isCarrying))
    return refuse('The patch copies or moves a value: send add, replace and remove with the values themselves.')
  if (!given.every(isOperation)) return refuse('The patch has an operation that is not known.')
  return given.every(isHarmless)
    ? undefined
    : refuse('The patch tests more than the metadata that identifies the object: send add, replace and remove alone.')
}

function isCarrying(value: JsonValue): boolean {
  return isObject(value) && carrying.has(own(value, 'op'))
}

function isHarmless(value: JsonValue): boolean {
  return !isObject(value) || own(value, 'op') !== 'test' || testable.has(own(value, 'path'))
}

function isOperation(value: JsonValue): boolean {
  if (!isObject(value)) return false
  const op = own(value, 'op')
  const path = own(value, 'path')
  if (typeof op !== 'string' || !operations.has(op) || !isPointer(path)) return false
  const further = operations.get(op)
  const isComplete = Object.keys(value).every((key) => key === 'op' || key === 'path' || key === further)
  return isComplete && (further === undefined || Object.hasOwn(value, further))
}

function isPointer(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && pointer.test(value)
}
