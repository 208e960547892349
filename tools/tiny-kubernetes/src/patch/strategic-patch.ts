import { arrayOf, isObject, type JsonObject, objectOf, same } from '../json.js'
import { isSet, listKey } from '../objects/list-keys.js'

/** Applies a patch that merges the elements of lists by their names (k8s.io/apimachinery `strategicpatch`) to a copy. */
export function strategicPatch(document: JsonObject, patch: JsonObject): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch)
  if (patch['$patch'] === 'delete') return {}
  const merged = { ...document }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice(key.indexOf('/') + 1)
      const gone = arrayOf(value)
      merged[field] = arrayOf(merged[field]).filter((each) => !gone.some((one) => same(one, each)))
    } else if (key === '$retainKeys') {
      for (const field of Object.keys(merged)) if (!arrayOf(value).includes(field)) delete merged[field]
    } else if (key.startsWith('$')) continue
    else if (value === null) delete merged[key]
    else if (Array.isArray(value)) merged[key] = mergedList(key, arrayOf(merged[key]), value)
    else merged[key] = isObject(value) ? strategicPatch(isObject(merged[key]) ? merged[key] : {}, value) : value
  }
  return merged
}

function mergedList(field: string, old: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  if (isSet(field)) return [...old, ...patch.filter((each) => !old.includes(each))]
  if (patch.some((each) => isObject(each) && each['$patch'] === 'replace')) {
    return patch.filter((each) => !(isObject(each) && each['$patch'] === 'replace'))
  }
  const key = listKey(field, [...old, ...patch])
  if (key === undefined) return patch
  const elements = patch.filter(isObject)
  const place = (element: JsonObject): number => old.findIndex((each) => same(objectOf(each)[key], element[key]))
  const patched = elements
    .filter((element) => element['$patch'] !== 'delete')
    .map((element) => ({ at: place(element), value: strategicPatch(objectOf(old[place(element)]), element) }))
  const rest = old
    .map((value, at) => ({ at, value }))
    .filter(({ value }) => !elements.some((element) => same(objectOf(value)[key], element[key])))
  return inOrder(rest, patched)
}

interface Placed {
  readonly at: number
  readonly value: unknown
}

/** What the patch says goes before the rest, unless both were there, and the other way round. */
function inOrder(rest: readonly Placed[], patched: readonly Placed[]): readonly unknown[] {
  const [left, right] = [[...rest], [...patched]]
  const merged: unknown[] = []
  while (left.length + right.length > 0) {
    const isLeft = right[0] === undefined || (left[0] !== undefined && right[0].at >= 0 && left[0].at < right[0].at)
    merged.push((isLeft ? left : right).shift()?.value)
  }
  return merged
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')))
}
