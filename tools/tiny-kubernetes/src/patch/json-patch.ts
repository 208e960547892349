import { isObject, same } from '../json.js'
import { Refusal } from '../status.js'

interface Operation {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly value?: unknown
}

/** Of any operation that fails the API server says no more than this. */
function failed(): Refusal {
  return new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
}

/** Applies a patch (RFC 6902) to a copy. As in the API server, `replace` sets what was not there. */
export function jsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  return operations.reduce<unknown>((now, operation) => applied(now, operation as Operation), structuredClone(document))
}

function applied(document: unknown, { op, path, from, value }: Operation): unknown {
  const at = pointer(path)
  switch (op) {
    case 'add':
    case 'replace':
      return set(document, at, value, op === 'replace')
    case 'remove':
      return remove(document, at)
    case 'test':
      if (!same(get(document, at), value)) throw failed()
      return document
    case 'copy':
      return set(document, at, structuredClone(get(document, pointer(from))), false)
    case 'move': {
      const moved = get(document, pointer(from))
      return set(remove(document, pointer(from)), at, moved, false)
    }
    default:
      throw failed()
  }
}

/** RFC 6901. */
function pointer(path: unknown): readonly string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw failed()
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function get(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return value[indexIn(value, part)] as unknown
    if (isObject(value) && Object.hasOwn(value, part)) return value[part]
    throw failed()
  }, document)
}

function set(document: unknown, path: readonly string[], value: unknown, replace: boolean): unknown {
  const last = path.at(-1)
  if (last === undefined) return value
  const parent = get(document, path.slice(0, -1))
  if (Array.isArray(parent)) {
    if (last === '-') parent.push(value)
    else if (replace) parent[indexIn(parent, last)] = value
    else parent.splice(last === String(parent.length) ? parent.length : indexIn(parent, last), 0, value)
  } else if (isObject(parent)) parent[last] = value
  else throw failed()
  return document
}

function remove(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1)
  const parent = get(document, path.slice(0, -1))
  if (last === undefined) throw failed()
  if (Array.isArray(parent)) parent.splice(indexIn(parent, last), 1)
  else if (isObject(parent) && Object.hasOwn(parent, last)) delete parent[last]
  else throw failed()
  return document
}

function indexIn(list: readonly unknown[], part: string): number {
  const index = Number(part)
  if (!/^\d+$/.test(part) || index >= list.length) throw failed()
  return index
}
