import type { Hints } from '../detector.js'
import { redactedAs } from '../operators/guarded.js'
import type { JsonMasking } from './masking.js'
import type { PathStates } from './path-rule.js'
import { startOf } from './path-rule.js'
import type { NestedJson } from './walk.js'
import { JsonWalk } from './walk.js'

const whole = redactedAs('json')

/**
 * Masks a JSON text: what is found in its strings, its numbers and its keys, in JSON within its strings, and everything at the
 * paths. The answer is JSON; what needs no mask stays as it is, to the byte. What is no JSON, or beyond a limit, becomes the
 * string `[json]`.
 */
export function maskJsonText(text: string, masking: JsonMasking, hints: Hints = {}): string {
  const walked = walk(text, masking, startOf(masking.paths), hints, 0)
  return typeof walked === 'string' ? walked : JSON.stringify(whole)
}

/**
 * Masks a value that JSON can say, as its text would be. Bigints become strings, bytes the string `[bytes]`, and what JSON
 * leaves out stays out. What cannot be written as JSON becomes the string `[json]`.
 */
export function maskJsonValue(value: unknown, masking: JsonMasking, hints: Hints = {}): unknown {
  const text = written(value)
  if (text === undefined) return whole
  return JSON.parse(maskJsonText(text, masking, hints)) as unknown
}

function walk(
  text: string,
  masking: JsonMasking,
  states: PathStates,
  hints: Hints,
  nesting: number,
): string | { readonly refused: 'invalid' | 'limit' } {
  if (text.length > masking.limits.longest) return { refused: 'limit' }
  const nested: NestedJson = (inner, innerStates, innerHints) =>
    walkNested(inner, masking, innerStates, innerHints, nesting + 1)
  return new JsonWalk(text, masking, nested).run(states, hints)
}

const mayBeJson = /^[ \t\r\n]*[{["]/

function walkNested(
  text: string,
  masking: JsonMasking,
  states: PathStates,
  hints: Hints,
  nesting: number,
): string | undefined {
  if (!mayBeJson.test(text)) return undefined
  if (nesting > masking.limits.nested) return isJson(text) ? whole : undefined
  const walked = walk(text, masking, states, hints, nesting)
  if (typeof walked === 'string') return walked
  // A rule wants something in it that cannot be told from the rest.
  return walked.refused === 'limit' || states.length > 0 ? whole : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    // Nesting that is too deep for the reader is no reason to take it for something else.
    return !(error instanceof SyntaxError)
  }
}

function written(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(value, plain) as string | undefined
    return text ?? 'null'
  } catch {
    return undefined
  }
}

/** Bytes would be written as a list of numbers, in which nothing is found. */
function plain(this: unknown, key: string, value: unknown): unknown {
  // The holder of the value; it holds what toJSON made something else of.
  const original = (this as Readonly<Record<string, unknown>>)[key]
  if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer) return redactedAs('bytes')
  return typeof value === 'bigint' ? String(value) : value
}
