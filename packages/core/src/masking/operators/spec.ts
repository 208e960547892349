import type { CalendarSize } from './bucket.js'
import type { Joins } from './keyed.js'

/** An operator as a policy names it: plain values, checked, and the same for the same meaning. */
export type OperatorSpec =
  | { readonly operator: 'redact'; readonly text?: string }
  | { readonly operator: 'null' }
  | {
      readonly operator: 'partial'
      readonly keepFirst: number
      readonly keepLast: number
      readonly keepDomain: boolean
    }
  | { readonly operator: 'hash' | 'token'; readonly across: Joins }
  | { readonly operator: 'bucket'; readonly size: CalendarSize | (string & {}) }
  | { readonly operator: 'bucket'; readonly edges: readonly string[] }
  | { readonly operator: 'dateShift'; readonly maxDays: number; readonly across: Joins }
  | { readonly operator: 'custom'; readonly name: string }

/** One thing that is wrong with an operator, and where: the path starts with the one that was given. */
export interface OperatorProblem {
  /** Names and places from the operator that was given to what is wrong. */
  readonly path: readonly (string | number)[]
  /** What is wrong and what to do, with no value. */
  readonly message: string
}

/** The names that operators have in a policy. */
export const operatorNames = ['redact', 'null', 'partial', 'hash', 'token', 'bucket', 'dateShift', 'custom'] as const
/** One of these names. */
export type OperatorName = (typeof operatorNames)[number]
