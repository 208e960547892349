import type { MaskContext, Operator } from '../operator.js'

/** A place in JSON that is masked whatever stands there. */
export interface PathRule {
  /** The keys and indexes on the way; `*` is any. */
  readonly steps: readonly string[]
  readonly operator: Operator
  readonly context: MaskContext
}

/** How far rules have come on the way to a value. */
export type PathStates = readonly { readonly rule: PathRule; readonly at: number }[]

const mostSteps = 64

/** The steps of a JSON Pointer (RFC 6901), in which a step `*` is any key or index. Undefined for what is none. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer) || !pointer.isWellFormed()) return undefined
  const steps = pointer.slice(1).split('/')
  if (steps.length > mostSteps) return undefined
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function startOf(rules: readonly PathRule[]): PathStates {
  return rules.map((rule) => ({ rule, at: 0 }))
}

/** The rules that go on to this key or index. */
export function advance(states: PathStates, key: string): PathStates {
  if (states.length === 0) return states
  return states
    .filter(({ rule, at }) => at < rule.steps.length && (rule.steps[at] === '*' || rule.steps[at] === key))
    .map(({ rule, at }) => ({ rule, at: at + 1 }))
}

/** The first rule whose place this is. */
export function arrived(states: PathStates): PathRule | undefined {
  return states.find(({ rule, at }) => at === rule.steps.length)?.rule
}
