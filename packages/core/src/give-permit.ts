import type { Admission, AdmissionRequest } from './admission.js'
import { abortReason, withDeadline } from './deadline.js'
import { actOfAction } from './decided-action.js'
import type { Act } from './duties/act.js'
import { workOf } from './duties/claims.js'
import type { MeasureHandedOut } from './duty-reservation.js'
import type { Enforcement } from './enforcement.js'
import type { Granted } from './intent.js'
import { isPlainRead, recordIntent } from './intent.js'
import type { Grounds } from './lapsed.js'
import { lapsed } from './lapsed.js'
import { lookAgain } from './look-again.js'
import type { CanonicalInput } from './model/canonical-json.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import { Permit } from './permit.js'
import type { RecordedAt } from './record/event.js'
import type { RecordedAction } from './record-outcome.js'
import { recordOutcome } from './record-outcome.js'
import type { Refusal } from './refusal.js'
import { changedAfterApproval, refusalFrom } from './refusal.js'
import type { BoundRequest } from './request-digest.js'
import type { Requester } from './requester.js'
import type { CountedMasks } from './result-masks.js'
import { whyOver } from './still-live.js'

/** An action on its way, with what lets it through. */
export interface Case<Verdict extends Granted = Granted> extends Grounds {
  readonly on: Enforcement
  readonly requester: Requester
  readonly request: AdmissionRequest
  readonly decision: Verdict
  readonly bound: BoundRequest
}

export function measureOf(asked: Pick<Case, 'on' | 'requester' | 'request' | 'policy'>): MeasureHandedOut | undefined {
  const { on, policy } = asked
  return policy.dutyRules && on.duties.measure(policy.dutyRules, actOf(asked, 'action'))
}

export function actOf(
  { decision, request, requester }: Pick<Case, 'request' | 'requester'> & Partial<Pick<Case, 'decision'>>,
  kind: 'action' | 'request',
): Act {
  return actOfAction(requester, request.action, kind, decision)
}

function masksOf({ decision, on, policy, requester }: Case): CountedMasks | undefined {
  const { masks } = decision.obligations
  return masks && on.masking.of(requester.principal, policy, masks)
}

/**
 * Puts the intent on record, with the approval that was spent for it, and gives the permit out. `counted`: a rule counts
 * the action, or somebody will review it, so that the record has to outlive a crash.
 */
export function intend(granted: Case, approval: CanonicalInput | undefined, counted: boolean): MaybePromise<Admission> {
  const { on, requester, request, policy, decision, bound, glass, use } = granted
  const { action, trace } = request
  const kind = approval === undefined && use === undefined ? 'action' : 'request'
  const work = policy.dutyRules === undefined ? [] : workOf(policy.dutyRules, actOf(granted, kind))
  requester.spend(bound.recordedCharacters + 40 * work.length)
  refuseWhenOver(requester, request)
  // Before the intent: what cannot be masked does not run.
  masksOf(granted)
  const recorded = recordIntent(
    on.journal,
    { requester, action, decision, bound, approval, counted, glass: glass?.id, use, work, trace },
    policy.digest,
  )
  // Started at once, so that the target answers while the disk does.
  const recheck =
    isPlainRead(action) && decision.effect === 'allow' ? undefined : lookAgain(request, bound.actionId, on.deadlineMs)
  if (isPromise(recheck)) recheck.catch(() => undefined)
  if (!isPromise(recorded) && !isPromise(recheck)) return conclude(granted, recheck)
  return concludeLater(granted, recorded, recheck)
}

async function concludeLater(
  granted: Case,
  recorded: MaybePromise<RecordedAt>,
  recheck: MaybePromise<boolean> | undefined,
): Promise<Admission> {
  const { on } = granted
  let isOnRecord = false
  let unchanged: boolean | undefined
  try {
    if (isPromise(recorded)) await withDeadline(recorded, 'recording the intent', on.deadlineMs, undefined)
    isOnRecord = true
    unchanged = await recheck
    // The disk and the target took their time.
    await on.revocationsFresh()
  } catch (error) {
    const closed = closeIntent(granted, recorded)
    if (isOnRecord) await closed
    throw error
  }
  return conclude(granted, unchanged)
}

/** An intent that is on record, or gets there too late, belongs to an action that does not run. Never rejects. */
async function closeIntent(granted: Case, recorded: MaybePromise<RecordedAt>): Promise<void> {
  const { on, requester } = granted
  try {
    await recorded
    await recordOutcome(on, requester, actionOf(granted), { outcome: 'not-run', reason: 'check-failed' })
  } catch {
    // Without an intent there is nothing to close; an outcome that cannot be recorded has ended the session.
  }
}

function actionOf({ bound, request }: Case): RecordedAction {
  return { id: bound.actionId, trace: request.trace }
}

/** The intent is on record: the last look before the permit is given out. */
function conclude(granted: Case, unchanged: boolean | undefined): MaybePromise<Admission> {
  const { on, requester, decision, bound } = granted
  const late = endedMeanwhile(granted)
  if (unchanged === false || late !== undefined) return doNotRun(granted, unchanged === false, late)
  on.observe('permitted', { session: requester.sessionId, action: bound.actionId, rules: decision.rules })
  return {
    outcome: 'permitted',
    permit: new Permit(actionOf(granted), requester, on, {
      affected: decision.obligations.maxAffected,
      measure: measureOf(granted),
      masks: masksOf(granted),
      lapsed: () => lapsed(on, granted),
      grounds: granted,
      clock: on.clock,
      revocationsFresh: on.revocationsFresh,
    }),
  }
}

async function doNotRun(granted: Case, targetChanged: boolean, late: Refusal | undefined): Promise<Admission> {
  const { on, requester, decision, glass, use } = granted
  const reason = targetChanged ? 'target-changed' : 'ended'
  await recordOutcome(on, requester, actionOf(granted), { outcome: 'not-run', reason })
  if (late !== undefined) return { outcome: 'refused', refusal: late }
  if (decision.effect === 'allow' || glass !== undefined || use !== undefined) return { outcome: 'stale' }
  return { outcome: 'refused', refusal: changedAfterApproval(decision.rules) }
}

export function refuseWhenOver(requester: Requester, request: AdmissionRequest): void {
  const reason = whyOver(requester) ?? (request.signal.aborted ? abortReason(request.signal) : undefined)
  if (reason !== undefined) throw reason
}

function endedMeanwhile(granted: Case): Refusal | undefined {
  const { on, request, requester } = granted
  const reason = whyOver(requester)
  if (reason !== undefined) return refusalFrom(reason)
  if (request.signal.aborted) return refusalFrom(abortReason(request.signal))
  return lapsed(on, granted)
}
