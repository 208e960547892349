import type { Action } from '../model/action.js'
import type { Decision, DecisionInput } from '../model/decision.js'
import type { CompiledPolicy } from '../policy/compiled.js'

/** A held action that a grant may let through. */
export interface HeldByRules {
  readonly action: Action
  readonly input: DecisionInput
  readonly decision: Extract<Decision, { effect: 'hold' }>
  readonly policy: CompiledPolicy
  /** The door can tell how many rows the action changed, and undo them all. */
  readonly countsAffected: boolean
}
