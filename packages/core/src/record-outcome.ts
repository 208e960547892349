import { withDeadline } from './deadline.js'
import { BothKeysError } from './errors.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import type { TraceContext } from './model/trace.js'
import type { ObserverEvents } from './observers.js'
import type { Outcome } from './outcome.js'
import type { RecordedAt } from './record/event.js'
import type { Journal } from './record/journal.js'
import { refusalFrom } from './refusal.js'
import type { MaskedCells } from './result-masks.js'
import type { Requester } from './requester.js'

/** What recording an outcome needs of the guard. */
export interface OutcomeContext {
  readonly journal: Journal
  readonly observe: <Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]) => void
  /** How long the journal may take. */
  readonly deadlineMs: number
}

/** The action whose intent is on record. */
export interface RecordedAction {
  readonly id: string
  readonly trace: TraceContext | undefined
}

/** An outcome with what the library itself adds: why an action did not run or was undone. */
export interface RecordedOutcome extends Outcome {
  /** What limits counted, for an action that some of them are about. */
  readonly handedOut?: { readonly bytes: number; readonly rows: number } | undefined
  /** How many values were masked, and by which rules. Never what they were. */
  readonly masked?: MaskedCells | undefined
  readonly reason?: 'target-changed' | 'ended' | 'check-failed' | 'affected-exceeded' | undefined
}

/**
 * Records how the action behind an intent ended. A journal that fails or passes the deadline leaves an intent without an
 * outcome: the session ends then, and this rejects with ERR_OUTCOME_UNRECORDED, which says whether the action ran.
 */
export function recordOutcome(
  on: OutcomeContext,
  requester: Requester,
  action: RecordedAction,
  outcome: RecordedOutcome,
): MaybePromise<void> {
  const failed = (cause: unknown): never => {
    const error = unrecorded(outcome, cause)
    on.observe('failure', { session: requester.sessionId, refusal: refusalFrom(error), cause })
    requester.fail(error)
    throw error
  }
  const { error, handedOut, masked, outcome: end, reason, reference, result, rows } = outcome
  let recorded: MaybePromise<RecordedAt>
  try {
    recorded = on.journal.append(
      {
        type: 'action.outcome',
        session: requester.sessionId,
        trace: action.trace,
        body: {
          error,
          handedOut,
          intent: action.id,
          masked: masked && { ...masked },
          outcome: end,
          reason,
          reference,
          result,
          rows,
        },
      },
      'written',
    )
  } catch (cause) {
    // Later than now: whoever reads the target's answer passes on first what came before its end.
    recorded = Promise.reject(cause instanceof Error ? cause : new Error('the journal failed', { cause }))
  }
  if (!isPromise(recorded)) return
  return withDeadline(recorded, 'recording the outcome', on.deadlineMs, undefined).then(() => undefined, failed)
}

function unrecorded({ outcome }: Outcome, cause: unknown): BothKeysError {
  const isHarmless = outcome === 'not-run'
  return new BothKeysError(
    'ERR_OUTCOME_UNRECORDED',
    `the action ${isHarmless ? 'did not run' : 'ran or may have run'}, but its outcome could not be recorded, so the session was ended`,
    {
      hint: isHarmless
        ? 'have the journal of bothkeys looked at, then open a new session'
        : 'look at the target before the action is sent again, and have the journal of bothkeys looked at',
      cause,
    },
  )
}
