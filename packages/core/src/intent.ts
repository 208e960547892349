import { BothKeysError } from './errors.js'
import type { GrantUse } from './grants/open-grant.js'
import type { Action } from './model/action.js'
import type { CanonicalInput } from './model/canonical-json.js'
import type { Decision, Durability, Obligations } from './model/decision.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import type { TraceContext } from './model/trace.js'
import type { RecordedAt } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { BoundRequest } from './request-digest.js'
import type { Requester } from './requester.js'

/** A decision under which an action may run. */
export type Granted = Exclude<Decision, { readonly effect: 'deny' }>

/** What is about to run. */
export interface Intent {
  readonly requester: Requester
  readonly action: Action
  readonly decision: Granted
  readonly bound: BoundRequest
  /** The evidence of the approval that was spent for it. */
  readonly approval: CanonicalInput | undefined
  /** The broken glass that lifted its hold. */
  readonly glass: string | undefined
  /** The use of a grant that let it through. */
  readonly use: GrantUse | undefined
  /** Whether a rule that looks at what happened before counts the action, or somebody reviews it. */
  readonly counted: boolean
  /** The work that it belongs to and somebody has to review. */
  readonly work: readonly string[]
  readonly trace: TraceContext | undefined
}

/**
 * Records what is about to run, as durably as it needs. Throws or rejects with ERR_JOURNAL_UNAVAILABLE whatever the
 * journal throws, so that the reader learns that it was the journal; nothing may run then.
 */
export function recordIntent(journal: Journal, intent: Intent, policyDigest: string): MaybePromise<RecordedAt> {
  const { requester, action, decision, bound, approval, counted, glass, trace, use, work } = intent
  const failed = (cause: unknown): never => {
    if (cause instanceof BothKeysError) throw cause
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'the intent could not be recorded, so nothing ran', {
      hint: 'look at the journal of bothkeys: disk, permissions, free space',
      cause,
    })
  }
  const event = {
    type: 'action.intent',
    session: requester.sessionId,
    trace,
    body: {
      action: bound.actionRecord,
      actor: requester.principalRecord,
      approval,
      decision: {
        effect: decision.effect,
        maxAffected: decision.obligations.maxAffected?.rows,
        rules: decision.rules,
      },
      digest: bound.digest,
      glass,
      grant: use && { id: use.grant.entry.id, use: use.number },
      id: bound.actionId,
      lookups: lookupsOf(decision.obligations),
      parameters: bound.parametersRecord,
      policy: policyDigest,
      state: action.stateEpoch,
      target: bound.targetRecord,
      work: work.length === 0 ? undefined : work,
    },
  } as const
  try {
    const recorded = journal.append(event, counted ? 'synced' : durabilityOf(action, decision.obligations))
    return isPromise(recorded) ? recorded.catch(failed) : recorded
  } catch (error) {
    return failed(error)
  }
}

/** What a restart has to count again. */
function lookupsOf({ masks }: Obligations): CanonicalInput | undefined {
  if (masks === undefined || masks.lookups.length === 0) return undefined
  return masks.lookups.map(({ rule, values }) => ({ rule, values }))
}

/** RULES 16: everything but plain reads that nothing counts is synced before it runs, unless a rule says otherwise. */
function durabilityOf(action: Action, obligations: Obligations): Durability {
  if (obligations.durability !== undefined) return obligations.durability
  return isPlainRead(action) ? 'written' : 'synced'
}

/** Whether an action does nothing but read. */
export function isPlainRead(action: Action): boolean {
  return action.description.effects.every((effect) => effect.duty === 'read')
}
