import type { z } from 'zod'
import { suggestion } from './nearest.js'
import type { PolicyPath, Problem } from './problem.js'
import { alternatives, invalid, quoted, unsupported } from './problem.js'
import { knownKeys } from './schema.js'
import type { PolicyObject } from './unsupported-keys.js'
import { isNotLanded } from './unsupported-keys.js'

type Issue = z.core.$ZodIssue

/** What the schema found wrong with a value, in words that say what to do. */
export function schemaProblems(issues: readonly Issue[], value: unknown): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, pathOf(issue), value))
}

function problemsOf(issue: Issue, path: PolicyPath, value: unknown): readonly Problem[] {
  const found = valueAt(value, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key))
    case 'invalid_union': {
      const branch = likeliest(issue)
      if (branch === undefined)
        return [invalid(path, `expected ${alternatives(expectations(issue))}, found ${kindOf(found)}`)]
      return branch.flatMap((inner) => problemsOf(inner, [...path, ...pathOf(inner)], value))
    }
    case 'invalid_key':
      return [
        invalid(path, `the name ${quoted(String(path.at(-1)))} is not accepted: ${issue.issues[0]?.message ?? ''}`),
      ]
    case 'invalid_type':
      return [invalid(path, wrongType(nameOfType(issue.expected), found))]
    case 'invalid_value':
      return [unknownValue(path, issue.values, found)]
    case 'too_small':
      return [invalid(path, tooSmall(issue))]
    case 'too_big':
      return [invalid(path, `at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : ''}`)]
    default:
      return [invalid(path, issue.message)]
  }
}

function unknownKey(path: PolicyPath, key: string): Problem {
  const object = objectAt(path)
  const place = [...path, key]
  if (isNotLanded(object, key)) {
    return unsupported(place, `the key ${quoted(key)} is not enforced by this version yet, so it is not accepted`)
  }
  if (object === 'allow' && (key === 'text' || key === 'argv')) {
    return invalid(
      place,
      'an allow is never granted by text; describe it by duty, resource and when, or use deny or hold',
    )
  }
  const known = knownKeys[object]
  return invalid(place, `unknown key ${quoted(key)}${suggestion(key, known) || `; known here: ${known.join(', ')}`}`)
}

function unknownValue(path: PolicyPath, values: readonly unknown[], found: unknown): Problem {
  if (found === undefined) return invalid(path, `is missing; write ${alternatives(values.map(String))}`)
  if (typeof found !== 'string')
    return invalid(path, `expected ${alternatives(values.map(String))}, found ${kindOf(found)}`)
  if (found === '*' && path.includes('duty'))
    return invalid(path, wildcardHint[path[0] === 'roles' ? 'allow' : path[0] === 'breakGlass' ? 'glass' : 'other'])
  const known = values.filter((value) => typeof value === 'string')
  const word = path.includes('duty') ? 'unknown duty' : 'unknown value'
  return invalid(path, `${word} ${quoted(found)}${suggestion(found, known) || `; known: ${known.join(', ')}`}`)
}

const wildcardHint = {
  allow: "write duty: '*' on its own, not in a list",
  glass: 'list the duties whose holds are lifted',
  other: 'leave duty out: the rule is then about every duty, of which "*" would leave some out',
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  if (issue.origin === 'array') return 'the list needs at least one entry'
  if (issue.origin === 'string') return 'it cannot be empty'
  return `it must be at least ${String(issue.minimum)}`
}

function wrongType(expected: string, found: unknown): string {
  if (found === undefined) return `is missing; expected ${expected}`
  const hint =
    expected === 'a string' && (typeof found === 'number' || typeof found === 'boolean') ? '; put it in quotes' : ''
  return `expected ${expected}, found ${kindOf(found)}${hint}`
}

/** The alternative that the author most probably meant: the one that fits the value's shape. */
function likeliest(issue: Extract<Issue, { code: 'invalid_union' }>): readonly Issue[] | undefined {
  let best: readonly Issue[] | undefined
  let bestScore = 0
  for (const branch of issue.errors) {
    const score = Math.min(...branch.map(fit))
    if (score > bestScore) {
      best = branch
      bestScore = score
    }
  }
  return best
}

/** 0: another type altogether; 1 or more: the right type with something wrong in it. */
function fit(issue: Issue): number {
  if (issue.path.length > 0) return 1_000
  if (issue.code === 'invalid_type') return 0
  if (issue.code === 'invalid_value') return issue.values.length
  if (issue.code === 'invalid_union') return Math.max(0, ...issue.errors.map((branch) => Math.min(...branch.map(fit))))
  return 1_000
}

function expectations(issue: Extract<Issue, { code: 'invalid_union' }>): readonly string[] {
  const names = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => {
      if (inner.code === 'invalid_union') return expectations(inner)
      return inner.code === 'invalid_type' ? [nameOfType(inner.expected)] : []
    }),
  )
  return [...new Set(names)]
}

function nameOfType(expected: string): string {
  switch (expected) {
    case 'array':
      return 'a list'
    case 'object':
    case 'record':
      return 'a group of keys'
    case 'int':
      return 'a whole number'
    default:
      return `a ${expected}`
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a group of keys'
}

function pathOf(issue: Issue): PolicyPath {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
}

function valueAt(value: unknown, path: PolicyPath): unknown {
  let current = value
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined
    current = (current as Readonly<Record<string | number, unknown>>)[step]
  }
  return current
}

function separationAt([, kind, , member]: PolicyPath): PolicyObject {
  if (kind === 'wall') return member === 'datasets' ? 'dataset' : 'wall'
  if (kind === 'history' && member === 'review') return 'chainReview'
  return kind === 'dynamic' || kind === 'history' || kind === 'static' ? kind : 'separate'
}

function holdAt(path: PolicyPath): PolicyObject {
  if (path.includes('require')) return 'stage'
  if (path.includes('grant')) return 'grant'
  return path.includes('requester') ? 'requester' : 'hold'
}

/** Which object of the file a path leads to. */
function objectAt(path: PolicyPath): PolicyObject {
  const [section] = path
  if (section === 'targets') return 'target'
  if (section === 'roles') return 'allow'
  if (section === 'hold') return holdAt(path)
  if (section === 'limits') return 'limit'
  if (section === 'separate') return separationAt(path)
  if (section === 'breakGlass') return path.includes('review') ? 'review' : 'breakGlass'
  if (section === 'mask') return path.includes('lookup') ? 'lookup' : 'mask'
  if (section === 'mitigations') return path.includes('subject') ? 'subject' : 'mitigation'
  return section === 'deny' || section === 'record' ? section : 'policy'
}
