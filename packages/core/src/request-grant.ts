import type { ProveAction } from './action-proofs.js'
import type { ApprovalCoordinator } from './approvals/coordinator.js'
import { withDeadline } from './deadline.js'
import { decisionInput } from './decided-action.js'
import { BothKeysError } from './errors.js'
import type { GrantKeeper } from './grants/grant-keeper.js'
import type { CheckedGrantOptions, GrantOptions } from './grants/grant-options.js'
import { checkedGrantOptions } from './grants/grant-options.js'
import { assertWithinCaps, grantRefused } from './grants/grant-refusals.js'
import { grantDescription, identityText } from './grants/grant-scope.js'
import type { Grant } from './grants/open-grant.js'
import { heldCall } from './held-call.js'
import { within } from './ledger/within.js'
import type { Action, TargetIdentity } from './model/action.js'
import type { ApprovalRequirement, Decision } from './model/decision.js'
import { JointSignal } from './model/joint-signal.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { over } from './model/over.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import { denialOf, refusalError } from './refusal.js'
import { bindRequest, requestedCharacters } from './request-digest.js'
import type { Requester } from './requester.js'
import type { ResultMasking } from './result-masks.js'
import { assertLive as assertSessionLive } from './still-live.js'

/** What asking for a grant needs of the guard. */
export interface GrantDesk {
  readonly engine: string
  readonly policyNow: () => CompiledPolicy
  readonly journal: Journal
  readonly approvals: ApprovalCoordinator
  readonly prove: ProveAction
  readonly masking: Pick<ResultMasking, 'detecting'>
  readonly grants: Pick<GrantKeeper, 'give' | 'assertRoom'>
  /** Where a target ended when the requester last did something there. */
  readonly identityOf: (requester: Requester, target: string) => TargetIdentity | undefined
  /** Throws when the target is revoked. */
  readonly assertTarget: (name: string) => void
  readonly revocationsFresh: () => MaybePromise<void>
  readonly deadlineMs: number
  readonly onRefused: (session: string, error: unknown) => void
  readonly onFailure: (session: string, cause: unknown) => void
}

type Held = Extract<Decision, { effect: 'hold' }>

/** About how many characters a grant takes in the journal, besides what it is about. */
const grantCharacters = 3_000

/**
 * Asks people for a grant, as the one path asks them about an action: what is granted is decided, proven, bound to a digest,
 * shown, approved and spent as an action with just these effects would be. Rejects with ERR_CONFIG_INVALID,
 * ERR_GRANT_REFUSED, ERR_DENIED, with why it was not approved, with what the directory, the ledger or the journal rejects
 * with, and with why the session ended. Every refusal of a live session is on record.
 */
export async function requestGrant(on: GrantDesk, requester: Requester, given: GrantOptions): Promise<Grant> {
  const options = checkedGrantOptions(given)
  assertLive(on, requester, options)
  try {
    return await ask(on, requester, options)
  } catch (error) {
    await recordRefusal(on, requester, options, error)
    throw error
  }
}

async function ask(on: GrantDesk, requester: Requester, options: CheckedGrantOptions): Promise<Grant> {
  await on.revocationsFresh()
  assertLive(on, requester, options)
  on.grants.assertRoom(requester.sessionId)
  const policy = on.policyNow()
  const bound = heldBy(policy, requester, actionOf(on, requester, policy, options)).obligations.maxAffected
  if (bound !== undefined && (options.maxAffected ?? 0) > bound.rows)
    throw grantRefused('the policy lets an action change fewer rows', bound.rules, 'ask for a smaller maxAffected')
  // So that people see the bound that counts anyway.
  const shown = bound === undefined ? options : Object.freeze({ maxAffected: bound.rows, ...options })
  const action = actionOf(on, requester, policy, shown)
  const decision = heldBy(policy, requester, action)
  assertWithinCaps(decision.requirement.rules, policy.grantCaps, shown)
  const unproven = await on.prove(requester, action, requester.signal)
  if (unproven !== undefined) throw refusalError(unproven)
  return approved(on, requester, shown, { action, decision, policy })
}

interface Asked {
  readonly action: Action
  readonly decision: Held
  readonly policy: CompiledPolicy
}

async function approved(
  on: GrantDesk,
  requester: Requester,
  options: CheckedGrantOptions,
  { action, decision, policy }: Asked,
): Promise<Grant> {
  const requirement = ofOthers(decision.requirement)
  requester.spend(requestedCharacters(requester, action))
  assertLive(on, requester, options)
  const withdrawal = new JointSignal(requester.signal)
  try {
    const { hides } = decision.obligations
    const asked = {
      policy,
      action,
      requirement,
      maxAffected: options.maxAffected,
      trace: requester.trace(),
      hides,
    }
    const outcome = await on.approvals.request(heldCall(on, requester, asked), withdrawal.signal)
    if (outcome.outcome !== 'approved') throw refusalError(outcome.refusal)
    // People took their time: whoever asked, and whoever said yes, may have been revoked elsewhere.
    await on.revocationsFresh()
    assertLive(on, requester, options)
    on.grants.assertRoom(requester.sessionId)
    const { held } = outcome
    const bound = bindRequest(on.engine, requester, action, policy.digest, held.binding)
    requester.spend(grantCharacters + bound.recordedCharacters)
    const consumed = on.approvals.consume(held, bound.digest)
    const evidence = await withDeadline(consumed, 'the ledger', on.deadlineMs, undefined)
    return await on.grants.give({
      session: requester.sessionId,
      requester: requester.principal,
      signal: requester.signal,
      options,
      identity: identityText(action),
      rules: requirement.rules,
      policy,
      approval: held,
      evidence,
    })
  } finally {
    // What was not spent by then never is, and keeps no place among what waits.
    withdrawal.abort(over)
  }
}

/** Whatever the rules say of one action, more than one is granted by people alone, and never by those who own the requester. */
function ofOthers(requirement: ApprovalRequirement): ApprovalRequirement {
  return Object.freeze({ ...requirement, from: 'humans', ownerMayApprove: false })
}

/** Throws ERR_GRANT_REFUSED or ERR_DENIED unless exactly this is what the policy holds. */
function heldBy(policy: CompiledPolicy, requester: Requester, action: Action): Held {
  const decision = policy.decide(decisionInput(requester, action))
  if (decision.effect === 'deny') throw refusalError(denialOf(decision.rules, decision.reasons))
  if (decision.effect === 'hold') return decision
  throw grantRefused('the policy does not hold it', decision.rules, 'do it: nobody has to approve it')
}

function actionOf(on: GrantDesk, requester: Requester, policy: CompiledPolicy, options: CheckedGrantOptions): Action {
  const target = policy.targets.get(options.target)
  if (target === undefined)
    throw grantRefused('the policy has no target of this name', [], 'name one that the policy has')
  const identity = on.identityOf(requester, target.name)
  if (identity === undefined)
    throw grantRefused('nobody knows yet where the target ends', [], 'send something to it first, a read for example')
  const { kind, labels, name } = target
  return Object.freeze({
    target: { kind, labels, name },
    // A copy, so that what people are shown is what every use is compared with.
    identity: Object.freeze({ ...identity }),
    description: grantDescription(options, requester.sessionId),
    parameters: [],
    stateEpoch: '',
  })
}

function assertLive(on: GrantDesk, requester: Requester, { target }: CheckedGrantOptions): void {
  assertSessionLive(requester)
  on.assertTarget(target)
}

async function recordRefusal(
  on: GrantDesk,
  requester: Requester,
  { target }: CheckedGrantOptions,
  error: unknown,
): Promise<void> {
  on.onRefused(requester.sessionId, error)
  const body = {
    actor: requester.principalRecord,
    code: error instanceof BothKeysError ? error.code : 'ERR_INTERNAL',
    rules: error instanceof BothKeysError ? error.rules : [],
    target,
  }
  try {
    requester.spend(grantCharacters + requester.principalRecord.text.length)
    const event = { type: 'grant.refused', session: engineSession, body } as const
    await within(on.deadlineMs, 'recording the refusal', 'ERR_JOURNAL_UNAVAILABLE', () =>
      on.journal.append(event, 'written'),
    )
  } catch (cause) {
    on.onFailure(requester.sessionId, cause)
  }
}
