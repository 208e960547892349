import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { EstimatedChanges } from './estimated-changes.js'
import { parseChanges } from './estimated-changes.js'

/** One step of what a target expects to do. */
export type EstimatedStep = {
  /** How far below the first step, from 0. */
  readonly depth: number
  /** What it does, in at most 40 letters and blanks: `Seq Scan`. */
  readonly node: string
  /** Of what. */
  readonly relation: string | null
  /** Rows that the target expects, a whole number. */
  readonly rows: number
}

/**
 * What a target expects of an action that it did not run, or why it does not say: `none` is a reason of lower-case letters
 * and hyphens. Steps hold no value of the action or of the target's data but numbers of rows; changes hold values.
 */
export type Estimate = { readonly steps: readonly EstimatedStep[] } | EstimatedChanges | { readonly none: string }

/**
 * Has the target estimate an action without running it. Called after the action was held and before people are asked;
 * nothing of the answer goes back to who sent the action.
 */
export type EstimateAction = (signal: AbortSignal, look?: MaskEstimated) => Promise<Estimate>

/**
 * Masks what the policy detects in a text, with the name of its field as a hint. Given where a policy detects anything: what is cut has to
 * be looked at before. What is handed out is looked at again.
 */
export type MaskEstimated = (text: string, field?: string) => string | null

const maxSteps = 24
const maxDepth = 24
const maxRelation = 200

/** Reads what a target says; anything else than an estimate is none. Answers a frozen copy. Never throws. */
export function parseEstimate(value: unknown): Estimate {
  try {
    return parsed(value) ?? noEstimate('invalid')
  } catch {
    return noEstimate('invalid')
  }
}

/** Reads what another process of ours wrote down; undefined for anything that it would not have written like this. */
export function readEstimate(value: unknown): Estimate | undefined {
  const estimate = parseEstimate(value)
  return canonicalJson(value as CanonicalInput) === canonicalJson(estimate as CanonicalInput) ? estimate : undefined
}

/** Says why there is none. */
export function noEstimate(none: string): Estimate {
  return Object.freeze({ none })
}

function parsed(value: unknown): Estimate | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { changes, none, steps } = value as { readonly [name in 'changes' | 'none' | 'steps']?: unknown }
  if (typeof none === 'string') return /^[a-z][a-z-]{0,31}$/.test(none) ? noEstimate(none) : undefined
  if (changes !== undefined) return parseChanges(value)
  if (!Array.isArray(steps) || steps.length === 0) return undefined
  if (steps.length > maxSteps) return noEstimate('too-complex')
  const read = (steps as readonly unknown[]).map(parsedStep)
  const whole = read.filter((step) => step !== undefined)
  return whole.length === read.length ? Object.freeze({ steps: Object.freeze(whole) }) : undefined
}

function parsedStep(value: unknown): EstimatedStep | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { depth, node, relation, rows } = value as { readonly [Field in keyof EstimatedStep]?: unknown }
  if (!isWhole(depth) || depth > maxDepth || !isWhole(rows)) return undefined
  if (typeof node !== 'string' || !/^[A-Za-z][A-Za-z ]{0,39}$/.test(node)) return undefined
  if (relation !== null && (typeof relation !== 'string' || relation.length > maxRelation)) return undefined
  return Object.freeze({ depth, node, relation, rows })
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
