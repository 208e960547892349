import type { Admission, AdmissionRequest } from './admission.js'
import { affectedUncounted } from './affected.js'
import type { HeldAction } from './approvals/coordinator.js'
import { withDeadline } from './deadline.js'
import { decisionInput } from './decided-action.js'
import { deny } from './deny-action.js'
import type { Reservation } from './duty-reservation.js'
import type { Enforcement } from './enforcement.js'
import type { Case } from './give-permit.js'
import { actOf, intend, measureOf, refuseWhenOver } from './give-permit.js'
import { withinGrant } from './grants/grant-refusals.js'
import type { GrantUse } from './grants/open-grant.js'
import { heldCall } from './held-call.js'
import type { Decision, DecisionInput } from './model/decision.js'
import { JointSignal } from './model/joint-signal.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import { over } from './model/over.js'
import type { Refusal } from './refusal.js'
import { answersUnmeasured, denialOf, heldInTransaction, refusalFrom } from './refusal.js'
import { bindRequest, requestedCharacters } from './request-digest.js'
import type { Requester } from './requester.js'
import { whyWithdrawn } from './why-withdrawn.js'

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
