import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'

const deepest = 24

/** A value and what is wrong with it. `value` is a copy: later changes of the original change nothing. */
export interface ReadValue {
  readonly value: unknown
  readonly problems: readonly Problem[]
}

/**
 * Copies a policy that is a JavaScript value: plain objects, arrays, strings, finite numbers, booleans and null.
 * Every property is read once; a member that is `undefined` counts as absent. Anything else is a problem.
 */
export function readPlainObject(source: unknown): ReadValue {
  const problems: Problem[] = []
  return { value: copy(source, [], problems), problems }
}

function copy(value: unknown, path: PolicyPath, problems: Problem[]): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) problems.push(invalid(path, 'the text contains half a character (a lone surrogate)'))
      return value
    case 'boolean':
      return value
    case 'number': {
      const problem = numberProblem(value)
      if (problem !== undefined) problems.push(invalid(path, problem))
      return value
    }
    case 'object':
      if (value === null) return null
      if (path.length < deepest)
        return Array.isArray(value) ? copyList(value, path, problems) : copyObject(value, path, problems)
      problems.push(invalid(path, `nesting deeper than ${String(deepest)} levels`))
      return undefined
    default:
      problems.push(invalid(path, `a policy cannot contain a ${typeof value}`))
      return undefined
  }
}

function copyList(list: readonly unknown[], path: PolicyPath, problems: Problem[]): unknown[] {
  return Array.from(list, (item, index) => {
    if (item === undefined) problems.push(invalid([...path, index], 'the list has a hole here'))
    return item === undefined ? undefined : copy(item, [...path, index], problems)
  })
}

function copyObject(object: object, path: PolicyPath, problems: Problem[]): Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(object)
  if ((prototype !== Object.prototype && prototype !== null) || Object.getOwnPropertySymbols(object).length > 0) {
    problems.push(invalid(path, 'only plain objects can be part of a policy'))
  }
  const members = emptyObject()
  for (const [key, member] of Object.entries(object)) {
    const problem = keyProblem(key)
    if (problem !== undefined) problems.push(invalid([...path, key], problem))
    else if (member !== undefined) members[key] = copy(member, [...path, key], problems)
  }
  return members
}

/** What keeps a number from meaning the same everywhere; undefined when nothing does. */
export function numberProblem(value: number): string | undefined {
  if (!Number.isFinite(value)) return 'the number is not finite'
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'the number is too large to be exact; put it in quotes'
  return undefined
}

/** An object without inherited members, so that a name from a policy finds nothing but what the policy says. */
export function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}

/** What is wrong with a key, whatever it stands for; undefined when nothing is. */
export function keyProblem(key: string): string | undefined {
  if (key === '__proto__') return 'a key cannot be __proto__'
  if (!key.isWellFormed()) return 'the key contains half a character (a lone surrogate)'
  if (key.length > 200) return `the key ${quoted(key)} is longer than 200 characters`
  return undefined
}
