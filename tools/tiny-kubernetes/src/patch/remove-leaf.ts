import { arrayOf, isObject, type JsonObject, objectOf, same } from '../json.js'
import type { Step } from '../objects/managed-fields.js'

/** Takes away the field to which the steps lead, and what is empty without it. */
export function removeLeaf(object: JsonObject, steps: readonly Step[]): JsonObject {
  return steps.length === 0 ? object : objectOf(without(object, steps))
}

function without(value: unknown, [step = '', ...rest]: readonly Step[]): unknown {
  if (typeof step !== 'string') {
    const { key } = step
    const isIt = (each: unknown): boolean => same(key === '' ? each : objectOf(each)[key], step.value)
    const left = arrayOf(value).flatMap((each) => (isIt(each) ? kept(each, key, rest) : [each]))
    return left.length === 0 ? undefined : left
  }
  if (!isObject(value)) return value
  const { [step]: child, ...others } = value
  const left = rest.length === 0 ? undefined : without(child, rest)
  const next = left === undefined ? others : { ...others, [step]: left }
  return Object.keys(next).length === 0 ? undefined : next
}

/** An element of which only its name would be left is gone. */
function kept(element: unknown, key: string, rest: readonly Step[]): readonly unknown[] {
  const left = rest.length === 0 ? undefined : without(element, rest)
  const isBare = isObject(left) && Object.keys(left).every((field) => field === key)
  return left === undefined || isBare ? [] : [left]
}
