import type { ApprovalCoordinator, HeldAction } from './approvals/coordinator.js'
import { abortReason, withDeadline } from './deadline.js'
import type { DenialLog } from './denial-log.js'
import { BothKeysError } from './errors.js'
import type { Action } from './model/action.js'
import type { Clock } from './model/clock.js'
import type { Decision, Durability, Obligations } from './model/decision.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import type { ObserverEvents } from './observers.js'
import { Permit } from './permit.js'
import type { CompiledPolicy } from './policy/compiled.js'
import type { EventDraft, RecordedAt } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { Refusal } from './refusal.js'
import { denialOf, refusalFrom } from './refusal.js'
import type { BoundRequest } from './request-digest.js'
import { bindRequest } from './request-digest.js'
import type { Requester } from './requester.js'

/** Everything the one path needs. Built by the guard alone. */
export interface Enforcement {
  readonly engine: string
  readonly policyNow: () => CompiledPolicy
  readonly journal: Journal
  readonly approvals: ApprovalCoordinator
  readonly clock: Clock
  readonly denials: DenialLog
  readonly observe: <Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]) => void
  /** How long the journal or the ledger may take before nothing runs. */
  readonly deadlineMs: number
}

/** One action that asks to be let through. */
export interface AdmissionRequest {
  readonly action: Action
  readonly inTransaction: boolean
  /** Aborted when the caller gives up: cancel, timeout, socket close. */
  readonly signal: AbortSignal
  /**
   * Runs beside the durable write of the intent of anything but a read: whether the target is still as it was
   * described. False voids the permit (RULES 23).
   */
  readonly recheck?: () => MaybePromise<boolean>
}

/** What came of it. `stale`: the target changed meanwhile, describe the action again; nothing ran. */
export type Admission =
  | { readonly outcome: 'permitted'; readonly permit: Permit }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'stale' }

type Granted = Exclude<Decision, { readonly effect: 'deny' }>

/**
 * Takes one action from decision to permit: decide → hold → permit → intent on record. The only path there is.
 * Whatever throws, hangs past its deadline or changes on the way, the answer is a refusal and nothing runs.
 * Never throws.
 */
export async function admit(on: Enforcement, requester: Requester, request: AdmissionRequest): Promise<Admission> {
  try {
    return await decideAndPermit(on, requester, request)
  } catch (error) {
    const refusal = refusalFrom(error)
    on.observe('failure', { session: requester.sessionId, refusal, cause: error })
    return { outcome: 'refused', refusal }
  }
}

async function decideAndPermit(on: Enforcement, requester: Requester, request: AdmissionRequest): Promise<Admission> {
  refuseWhenOver(requester, request)
  const policy = on.policyNow()
  const decision = decide(policy, requester, request.action)
  if (decision.effect === 'deny')
    return deny(on, requester, request.action, policy, denialOf(decision.rules, decision.reasons))
  const bound = bindRequest(on.engine, requester, request.action, policy.digest)
  const held = decision.effect === 'hold' ? await hold(on, requester, request, policy, decision, bound) : undefined
  if (held !== undefined && 'refusal' in held) return deny(on, requester, request.action, policy, held.refusal)
  return permit(on, requester, request, policy, decision, bound, held?.approved)
}

function decide(policy: CompiledPolicy, requester: Requester, action: Action): Decision {
  return policy.decide({
    roles: requester.principal.roles,
    target: action.target,
    operation: action.description.operation,
    text: action.description.text,
    effects: action.description.effects,
  })
}

type Held = { readonly approved: HeldAction } | { readonly refusal: Refusal }

async function hold(
  on: Enforcement,
  requester: Requester,
  request: AdmissionRequest,
  policy: CompiledPolicy,
  decision: Extract<Decision, { effect: 'hold' }>,
  bound: BoundRequest,
): Promise<Held> {
  const rules = decision.requirement.rules
  if (request.inTransaction && decision.obligations.holdInTransaction === 'deny') {
    return {
      refusal: {
        code: 'ERR_HOLD_IN_TRANSACTION',
        message: `refused: this action needs approval (rule ${rules.join(', ')}), and a transaction is open whose locks would wait for a person`,
        rules,
        hint: 'run the statement on its own, outside BEGIN and COMMIT',
      },
    }
  }
  const outcome = await on.approvals.request(
    {
      actionId: bound.actionId,
      digest: bound.digest,
      action: request.action,
      requester: requester.principal,
      requesterRecord: requester.principalRecord,
      session: requester.sessionId,
      requirement: decision.requirement,
      policyDigest: policy.digest,
    },
    AbortSignal.any([requester.signal, request.signal]),
  )
  return outcome.outcome === 'approved' ? { approved: outcome.held } : { refusal: outcome.refusal }
}

async function permit(
  on: Enforcement,
  requester: Requester,
  request: AdmissionRequest,
  policy: CompiledPolicy,
  decision: Granted,
  bound: BoundRequest,
  approved: HeldAction | undefined,
): Promise<Admission> {
  refuseWhenOver(requester, request)
  if (approved === undefined && on.policyNow().digest !== policy.digest) {
    return decideAndPermit(on, requester, request)
  }
  const approval =
    approved === undefined
      ? undefined
      : await withDeadline(on.approvals.consume(approved, bound.digest), 'the ledger', on.deadlineMs, undefined)
  requester.spend(bound.recordedCharacters)
  refuseWhenOver(requester, request)
  const durability = durabilityOf(request.action, decision.obligations)
  const recorded = appended(
    on,
    {
      type: 'action.intent',
      session: requester.sessionId,
      body: {
        action: bound.actionRecord,
        actor: requester.principalRecord,
        approval,
        decision: { effect: decision.effect, rules: decision.rules },
        digest: bound.digest,
        id: bound.actionId,
        parameters: bound.parametersRecord,
        policy: policy.digest,
        state: request.action.stateEpoch,
        target: bound.targetRecord,
      },
    },
    durability,
  )
  // Started at once, so that the target answers while the disk does.
  const recheck = isPlainRead(request.action) && decision.effect === 'allow' ? undefined : request.recheck?.()
  if (isPromise(recheck)) recheck.catch(() => undefined)
  if (isPromise(recorded)) await withDeadline(recorded, 'recording the intent', on.deadlineMs, undefined)
  const unchanged = isPromise(recheck)
    ? await withDeadline(recheck, 'checking the target again', on.deadlineMs, undefined)
    : recheck
  const late = endedMeanwhile(on, requester, request, policy)
  if (unchanged === false || late !== undefined) {
    await recordNotRun(on, requester, bound, unchanged === false ? 'target-changed' : 'ended')
    if (late !== undefined) return { outcome: 'refused', refusal: late }
    if (approved === undefined) return { outcome: 'stale' }
    return { outcome: 'refused', refusal: changedAfterApproval(approval === undefined ? [] : decision.rules) }
  }
  on.observe('permitted', { session: requester.sessionId, action: bound.actionId, rules: decision.rules })
  return {
    outcome: 'permitted',
    permit: new Permit(bound.actionId, requester, on.journal, on.observe),
  }
}

/** Appends an event; whatever the journal throws, the reader learns that it was the journal. */
function appended(on: Enforcement, event: EventDraft, durability: Durability): MaybePromise<RecordedAt> {
  const failed = (cause: unknown): never => {
    if (cause instanceof BothKeysError) throw cause
    throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'the intent could not be recorded, so nothing ran', {
      hint: 'look at the journal of bothkeys: disk, permissions, free space',
      cause,
    })
  }
  try {
    const recorded = on.journal.append(event, durability)
    return isPromise(recorded) ? recorded.catch(failed) : recorded
  } catch (error) {
    return failed(error)
  }
}

/** RULES 16: everything but plain reads is synced before it runs, unless a rule says otherwise. */
function durabilityOf(action: Action, obligations: Obligations): Durability {
  if (obligations.durability !== undefined) return obligations.durability
  return isPlainRead(action) ? 'written' : 'synced'
}

function isPlainRead(action: Action): boolean {
  return action.description.effects.every((effect) => effect.duty === 'read')
}

function refuseWhenOver(requester: Requester, request: AdmissionRequest): void {
  if (requester.signal.aborted) throw abortReason(requester.signal)
  if (request.signal.aborted) throw abortReason(request.signal)
}

function endedMeanwhile(
  on: Enforcement,
  requester: Requester,
  request: AdmissionRequest,
  policy: CompiledPolicy,
): Refusal | undefined {
  if (requester.signal.aborted) return refusalFrom(abortReason(requester.signal))
  if (request.signal.aborted) return refusalFrom(abortReason(request.signal))
  if (on.policyNow().digest === policy.digest) return undefined
  return {
    code: 'ERR_PERMIT_VOID',
    message: 'the policy changed while the action was about to run, so it did not run',
    rules: [],
    hint: 'send the action again: it is decided under the new policy',
  }
}

function changedAfterApproval(rules: readonly string[]): Refusal {
  return {
    code: 'ERR_APPROVAL_VOID',
    message: 'the target changed after the approval, so the action did not run',
    rules,
    hint: 'send the action again and have it approved as it is now',
  }
}

async function recordNotRun(
  on: Enforcement,
  requester: Requester,
  bound: BoundRequest,
  reason: 'target-changed' | 'ended',
): Promise<void> {
  await on.journal.append(
    {
      type: 'action.outcome',
      session: requester.sessionId,
      body: { intent: bound.actionId, outcome: 'not-run', reason },
    },
    'written',
  )
}

function deny(
  on: Enforcement,
  requester: Requester,
  action: Action,
  policy: CompiledPolicy,
  refusal: Refusal,
): Admission {
  on.denials.record(requester, action, policy.digest, refusal)
  on.observe('denied', { session: requester.sessionId, refusal })
  return { outcome: 'refused', refusal }
}
