import type { ProveAction } from './action-proofs.js'
import type { Admission, AdmissionRequest } from './admission.js'
import { affectedUncounted } from './affected.js'
import type { ApprovalCoordinator, HeldAction } from './approvals/coordinator.js'
import { abortReason, withDeadline } from './deadline.js'
import { actOfAction, decisionInput } from './decided-action.js'
import type { DenialPorts } from './deny-action.js'
import { deny } from './deny-action.js'
import type { Act } from './duties/act.js'
import { workOf } from './duties/claims.js'
import type { DutyReservation, MeasureHandedOut, Reservation } from './duty-reservation.js'
import type { GlassKeeper } from './glass/glass-keeper.js'
import type { GrantKeeper } from './grants/grant-keeper.js'
import { withinGrant } from './grants/grant-refusals.js'
import type { GrantUse } from './grants/open-grant.js'
import { heldCall } from './held-call.js'
import type { Granted } from './intent.js'
import { isPlainRead, recordIntent } from './intent.js'
import type { Grounds } from './lapsed.js'
import { lapsed } from './lapsed.js'
import { lookAgain } from './look-again.js'
import type { CanonicalInput } from './model/canonical-json.js'
import type { Clock } from './model/clock.js'
import type { Decision, DecisionInput } from './model/decision.js'
import { JointSignal } from './model/joint-signal.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import { over } from './model/over.js'
import type { ObserverEvents } from './observers.js'
import { Permit } from './permit.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { RecordedAt } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { RecordedAction } from './record-outcome.js'
import { recordOutcome } from './record-outcome.js'
import type { Refusal } from './refusal.js'
import { answersUnmeasured, changedAfterApproval, denialOf, heldInTransaction, refusalFrom } from './refusal.js'
import type { BoundRequest } from './request-digest.js'
import { bindRequest, requestedCharacters } from './request-digest.js'
import type { Requester } from './requester.js'
import type { CountedMasks, ResultMasking } from './result-masks.js'
import { whyOver } from './still-live.js'
import { whyWithdrawn } from './why-withdrawn.js'
import type { SeenIdentities } from './seen-identities.js'

/** Everything the one path needs. Built by the guard alone. */
export interface Enforcement extends DenialPorts {
  readonly engine: string
  readonly policyNow: () => CompiledPolicy
  readonly journal: Journal
  readonly approvals: ApprovalCoordinator
  readonly clock: Clock
  readonly duties: DutyReservation
  /** What lifts holds without an approval. */
  readonly glass: Pick<GlassKeeper, 'lifting' | 'stands' | 'isOpen'>
  /** What people granted, and where targets ended. */
  readonly grants: Pick<GrantKeeper, 'useFor' | 'counts'>
  readonly seen: SeenIdentities
  readonly prove: ProveAction
  readonly masking: ResultMasking
  readonly observe: <Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]) => void
  /** Resolves when what is known of revocations is fresh enough to decide by; nothing when it is. */
  readonly revocationsFresh: () => MaybePromise<void>
  /** How long the journal or the ledger may take before nothing runs. */
  readonly deadlineMs: number
}

/**
 * Takes one action from decision to permit: prove → decide → hold → reserve → permit → intent on record. The only path there
 * is; what has to be proven is what the session was opened with.
 * Whatever throws, hangs past its deadline or changes on the way, the answer is a refusal and nothing runs.
 * Never throws. Answers at once when nothing has to be waited for: an allowed read whose intent was written.
 */
export function admit(on: Enforcement, requester: Requester, request: AdmissionRequest): MaybePromise<Admission> {
  const failed = (error: unknown): Admission => {
    const refusal = refusalFrom(error)
    on.observe('failure', { session: requester.sessionId, refusal, cause: error })
    return { outcome: 'refused', refusal }
  }
  try {
    const admission = (requester.proof === undefined ? decideFreshly : proveAndDecide)(on, requester, request)
    return isPromise(admission) ? admission.catch(failed) : admission
  } catch (error) {
    return failed(error)
  }
}

function decideFreshly(on: Enforcement, requester: Requester, request: AdmissionRequest): MaybePromise<Admission> {
  const fresh = on.revocationsFresh()
  if (isPromise(fresh)) return fresh.then(() => decideAndPermit(on, requester, request))
  return decideAndPermit(on, requester, request)
}

/** Before the decision, so that nobody is asked about, and no rule counts, what the session's key did not sign. */
async function proveAndDecide(on: Enforcement, requester: Requester, request: AdmissionRequest): Promise<Admission> {
  refuseWhenOver(requester, request)
  const refusal = await on.prove(requester, request.action, request.signal)
  refuseWhenOver(requester, request)
  if (refusal !== undefined) return deny(on, requester, request, on.policyNow(), refusal)
  return decideFreshly(on, requester, request)
}

/** An action on its way, with what lets it through. */
interface Case<Verdict extends Granted = Granted> extends Grounds {
  readonly on: Enforcement
  readonly requester: Requester
  readonly request: AdmissionRequest
  readonly decision: Verdict
  readonly bound: BoundRequest
}

type HeldCase = Omit<Case<Extract<Decision, { effect: 'hold' }>>, 'bound'> & { readonly input: DecisionInput }

function decideAndPermit(on: Enforcement, requester: Requester, request: AdmissionRequest): MaybePromise<Admission> {
  refuseWhenOver(requester, request)
  const policy = on.policyNow()
  const { action } = request
  if (policy.grantCaps !== undefined) on.seen.note(requester, action.target.name, action.identity)
  const input = decisionInput(requester, action)
  const decision = policy.decide(input)
  if (decision.effect === 'deny')
    return deny(on, requester, request, policy, denialOf(decision.rules, decision.reasons))
  const limit = decision.obligations.maxAffected
  if (limit !== undefined && request.countsAffected !== true)
    return deny(on, requester, request, policy, affectedUncounted(limit))
  if (request.measuresAnswers !== true && measureOf({ on, requester, request, policy }) !== undefined)
    return deny(on, requester, request, policy, answersUnmeasured)
  const held = decision.effect === 'hold' ? { on, requester, request, policy, decision, input } : undefined
  const lifting = held && on.glass.lifting(requester.sessionId, policy, action, input)
  if (held !== undefined && lifting === undefined) return holdAndPermit(held)
  const bound = bindRequest(on.engine, requester, action, policy.digest)
  const granted = { on, requester, request, policy, decision, bound, glass: lifting?.glass }
  if (held === undefined || lifting === undefined) return permit(granted)
  return on.glass.stands(requester, lifting).then(async (stands) => {
    // The directory took its time: whoever asked may have been revoked elsewhere.
    await on.revocationsFresh()
    return stands ? permit(granted) : holdAndPermit(held)
  })
}

async function holdAndPermit(held: HeldCase): Promise<Admission> {
  const { on, requester, request, policy } = held
  const conflict = policy.dutyRules && (await on.duties.look(policy.dutyRules, actOf(held, 'request')))
  if (typeof conflict === 'object') return deny(on, requester, request, policy, conflict.refusal)
  const use = await useOfGrant(held)
  if (use !== undefined)
    return 'refusal' in use ? deny(on, requester, request, policy, use.refusal) : permitGranted(held, use)
  const withdrawal = new JointSignal(requester.signal, request.signal, request.asking)
  try {
    const people = await hold(held, withdrawal.signal)
    if ('refusal' in people) return deny(on, requester, request, policy, people.refusal, people.intent)
    return await permitApproved(held, people.approved)
  } finally {
    // What was not spent by then never is, and keeps no place among what waits.
    withdrawal.abort(over)
  }
}

/** People were asked about the grant, so what it lets through is a request as what they are asked about is. */
function useOfGrant(held: HeldCase): Promise<GrantUse | { readonly refusal: Refusal } | undefined> {
  const { on, policy, request, requester } = held
  const { action, countsAffected = false } = request
  return on.grants.useFor(requester.sessionId, { ...held, action, countsAffected }, (taking, approval) => {
    const act = { ...actOf(held, 'request'), approvers: on.approvals.approversOf(approval) }
    return on.duties.reserveTaking(policy.dutyRules, act, taking)
  })
}

/** What does not run after this has used its use all the same. */
async function permitGranted(held: HeldCase, use: GrantUse): Promise<Admission> {
  const { decision, on, policy, request, requester } = held
  await on.revocationsFresh()
  refuseWhenOver(requester, request)
  const bound = bindRequest(on.engine, requester, request.action, policy.digest)
  return intend({ ...held, decision: withinGrant(decision, use), bound, use }, undefined, true)
}

async function permitApproved(held: HeldCase, approved: HeldAction): Promise<Admission> {
  const { on, requester, request, policy } = held
  // People took their time: whoever asked, and whoever said yes, may have been revoked elsewhere.
  await on.revocationsFresh()
  refuseWhenOver(requester, request)
  const bound = bindRequest(on.engine, requester, request.action, policy.digest, approved.binding)
  const inTime = <T>(spent: Promise<T>): Promise<T> => withDeadline(spent, 'the ledger', on.deadlineMs, undefined)
  const spent = await on.duties.reserveSpending(policy.dutyRules, actOf(held, 'request'), {
    alone: () => inTime(on.approvals.consume(approved, bound.digest)),
    claiming: (claim) => inTime(on.approvals.consumeClaiming(approved, bound.digest, claim)),
  })
  if ('refusal' in spent) return deny(on, requester, request, policy, spent.refusal, approved.binding.actionId)
  return intend({ ...held, bound, approved }, spent.evidence, spent.counted)
}

type Held = { readonly approved: HeldAction } | { readonly refusal: Refusal; readonly intent?: string | undefined }

async function hold(held: HeldCase, withdrawal: AbortSignal): Promise<Held> {
  const { on, requester, request, policy, decision } = held
  const { action, estimate, onHeld, trace } = request
  const { requirement, obligations } = decision
  if (request.inTransaction && obligations.holdInTransaction === 'deny') {
    return { refusal: heldInTransaction(requirement.rules) }
  }
  // A request that nobody answers is on record all the same.
  requester.spend(requestedCharacters(requester, action))
  refuseWhenOver(requester, request)
  const maxAffected = obligations.maxAffected?.rows
  const asked = { policy, action, requirement, maxAffected, hides: obligations.hides, trace, estimate, onHeld }
  const outcome = await on.approvals.request(heldCall(on, requester, asked), withdrawal)
  if (outcome.outcome === 'approved') return { approved: outcome.held }
  return { refusal: whyWithdrawn(outcome.refusal, request.asking), intent: outcome.intent }
}

function permit(allowed: Case): MaybePromise<Admission> {
  const { on, glass, requester, request, policy } = allowed
  refuseWhenOver(requester, request)
  if (on.policyNow().digest !== policy.digest) return decideAndPermit(on, requester, request)
  if (policy.dutyRules === undefined) return intend(allowed, undefined, glass !== undefined)
  const reserved = on.duties.reserve(policy.dutyRules, actOf(allowed, 'action'))
  const next = (reservation: Reservation): MaybePromise<Admission> => {
    if (typeof reservation === 'object') return deny(on, requester, request, policy, reservation.refusal)
    return intend(allowed, undefined, reservation === 'reserved' || glass !== undefined)
  }
  if (!isPromise(reserved)) return next(reserved)
  return withDeadline(reserved, 'the ledger', on.deadlineMs, undefined).then(async (reservation) => {
    // The ledger took its time: whoever asked may have been revoked elsewhere.
    await on.revocationsFresh()
    return next(reservation)
  })
}

function measureOf(asked: Pick<Case, 'on' | 'requester' | 'request' | 'policy'>): MeasureHandedOut | undefined {
  const { on, policy } = asked
  return policy.dutyRules && on.duties.measure(policy.dutyRules, actOf(asked, 'action'))
}

function actOf(
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
function intend(granted: Case, approval: CanonicalInput | undefined, counted: boolean): MaybePromise<Admission> {
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

function refuseWhenOver(requester: Requester, request: AdmissionRequest): void {
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
