import type { EstimateAction } from './approvals/estimate.js'
import type { OnHeld } from './approvals/request.js'
import type { Action } from './model/action.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { TraceContext } from './model/trace.js'
import type { Permit } from './permit.js'
import type { Refusal } from './refusal.js'

/** One action that asks to be let through. */
export interface AdmissionRequest {
  readonly action: Action
  readonly inTransaction: boolean
  /** Where the action stands in the host's trace, for the record. */
  readonly trace: TraceContext | undefined
  /** Aborted when the caller gives up: cancel, timeout, socket close. */
  readonly signal: AbortSignal
  /**
   * Aborted, with a BothKeysError for its reason, when the caller does not wait for people any more: a request that waits is
   * withdrawn, and nobody is asked anew. What needs nobody goes on. Default: never.
   */
  readonly asking?: AbortSignal | undefined
  /**
   * Runs beside the durable write of the intent of anything but a read, and is told the id of the action: the door has the
   * target settle what the action means, without running it. May take as long as the target lets others go first.
   */
  readonly prepare?: ((actionId: string) => MaybePromise<void>) | undefined
  /**
   * Called right behind `prepare`: whether the target, once it has settled that, is still as it was described. False voids
   * the permit (RULES 23).
   */
  readonly recheck?: (() => MaybePromise<boolean>) | undefined
  /**
   * The door can tell how many rows this action changed before they are kept, and undo them all. Default: it cannot.
   * An action whose rows the policy bounds is refused then (RULES 24).
   */
  readonly countsAffected?: boolean | undefined
  /**
   * The door asks `Permit.handOut` before it hands out what the target answers. Default: it does not. An action whose rows
   * or bytes a limit counts is refused then (RULES 21).
   */
  readonly measuresAnswers?: boolean | undefined
  /** Has the target say what it expects of the action, without running it: for approvers alone. Default: it cannot. */
  readonly estimate?: EstimateAction | undefined
  /** Told once people are asked, and once they allowed it: whoever asked may have gone on to something else meanwhile. */
  readonly onHeld?: OnHeld | undefined
}

/** What came of it. `stale`: the target changed meanwhile, describe the action again; nothing ran. */
export type Admission =
  | { readonly outcome: 'permitted'; readonly permit: Permit }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'stale' }
