import type { ErrorCode } from '../errors.js'
import { BothKeysError } from '../errors.js'

/** The way to a value in the policy: `['hold', 0, 'ttl']`. */
export type PolicyPath = readonly (string | number)[]

/** A place in a text, both from 1. */
export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

/** Finds where a value stands in the policy's text. Undefined when the policy was not a text. */
export type Locate = (path: PolicyPath) => Position | undefined

/** One thing that is wrong with a policy, and what to do about it. */
export interface Problem {
  readonly code: Extract<ErrorCode, 'ERR_POLICY_INVALID' | 'ERR_POLICY_UNSUPPORTED'>
  readonly path: PolicyPath
  /** A function where it takes work to say: only a few are shown, however many there are. */
  readonly message: string | (() => string)
  /** Where it stands, when the path cannot tell: a syntax error, for example. */
  readonly position?: Position
}

/** A problem of the ordinary kind. */
export function invalid(path: PolicyPath, message: Problem['message']): Problem {
  return { code: 'ERR_POLICY_INVALID', path, message }
}

/** Something that the design has and the code does not enforce yet (RULES 12). */
export function unsupported(path: PolicyPath, message: string): Problem {
  return { code: 'ERR_POLICY_UNSUPPORTED', path, message }
}

const shownProblems = 50

/**
 * The load error for all problems of a policy, in the order of the text: one line each with file, line, column and key.
 * The code is ERR_POLICY_UNSUPPORTED when nothing is wrong but keys whose enforcement has not landed.
 */
export function policyError(name: string, problems: readonly Problem[], locate: Locate): BothKeysError {
  const allUnsupported = problems.every((problem) => problem.code === 'ERR_POLICY_UNSUPPORTED')
  return new BothKeysError(
    allUnsupported ? 'ERR_POLICY_UNSUPPORTED' : 'ERR_POLICY_INVALID',
    `the policy ${name} was not loaded, ${problemList(name, problems, locate)}`,
    {
      hint: allUnsupported
        ? 'remove these keys: this version of bothkeys would not enforce them, and accepts nothing that it does not enforce'
        : 'correct these places and load the policy again; a policy that is already in force stays in force',
    },
  )
}

/** How many problems there are, and a line for each in the order of the text: file, line, column, key and what is wrong. */
export function problemList(name: string, problems: readonly Problem[], locate: Locate): string {
  const placed = problems.map((problem) => ({ problem, position: problem.position ?? locate(problem.path) }))
  placed.sort((one, other) => compare(one.position, other.position))
  const lines = placed.slice(0, shownProblems).map(({ problem, position }) => {
    const place = position === undefined ? name : `${name}:${String(position.line)}:${String(position.column)}`
    const key = problem.path.length === 0 ? '' : ` ${writePath(problem.path)}`
    const { message } = problem
    return `  ${place}${key}: ${typeof message === 'string' ? message : message()}`
  })
  if (placed.length > shownProblems) lines.push(`  and ${String(placed.length - shownProblems)} more`)
  const count = problems.length === 1 ? '1 problem' : `${String(problems.length)} problems`
  return `${count}:\n${lines.join('\n')}`
}

/** Writes a path the way it reads in code: `hold[0].require[0].count`. */
export function writePath(path: PolicyPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${String(step)}]`
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${quoted(step)}]`
  }
  return text
}

/** A name from the policy as it may appear in a message: quoted, escaped and not longer than a line. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name)
}

/** `a, b or c`. */
export function alternatives(names: readonly string[]): string {
  if (names.length <= 1) return names.join('')
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
}

function compare(one: Position | undefined, other: Position | undefined): number {
  if (one === undefined || other === undefined) return 0
  return one.line - other.line || one.column - other.column
}
