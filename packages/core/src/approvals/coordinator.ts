import { BothKeysError } from '../errors.js'
import { standingAsVerified } from '../identity/standing.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import { approvalLevels } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import { isAtLeast } from '../model/level.js'
import { isPromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalLimits, ApprovalPorts } from './approval-ports.js'
import { defaultLimits } from './approval-ports.js'
import { engineSession } from '../record/event.js'
import type { ApprovalRequest, Approver } from './approver.js'
import { endedOutcome, failedEnding } from './ending.js'
import { Estimates } from './estimates.js'
import { lostRole } from './lost-role.js'
import type { ClaimWithApproval } from './request-ledger.js'
import type { Spent } from './spent.js'
import { PendingRequest } from './pending-request.js'
import { openingOf } from './origin.js'
import { RequestSecrets } from './request-secrets.js'
import type { ApprovalOutcome, HeldAction, HeldCall } from './request.js'
import { standingOf } from './standing-of.js'
import type { SubmitReceipt } from './submission.js'
import { Submissions } from './submission.js'
import { unholdable } from './unholdable.js'

export type { ApprovalLimits } from './approval-ports.js'
export type { ApprovalOutcome, ApprovalRefusal, HeldAction, HeldCall, HoldRequest } from './request.js'

type OptionalPorts = 'engine' | 'standingNow' | 'isRevoked' | 'mayVote' | 'deadlineMs' | 'onHeld' | 'onFailure'

/** How processes on one ledger take over what one of them left behind. */
export interface TakeoverOptions {
  /** 32 secret bytes that all of them have: `crypto.randomBytes(32)`, made once. */
  readonly key: Uint8Array
  /** How long a process counts as there after its last sign of life, in milliseconds: 1,000 or more. Default: 10,000. */
  readonly afterMs?: number
}

/** The ports of approvals; those that may be left out have harmless or strict defaults. */
export interface ApprovalCoordinatorOptions
  extends Omit<ApprovalPorts, OptionalPorts | 'limits' | 'leaseMs'>, Partial<Pick<ApprovalPorts, OptionalPorts>> {
  readonly limits?: Partial<ApprovalLimits>
  /** Default: nobody takes over what this coordinator leaves behind. */
  readonly takeover?: TakeoverOptions | undefined
}

/** Brings held actions before people, and spends their approval once. */
export interface ApprovalCoordinator {
  /**
   * Asks the approvers about a held action and waits for the outcome. Aborting `signal` withdraws the request, also
   * after a yes that was not consumed. Never rejects: what fails on the way is `unavailable`.
   * While one request is pending, a second one of the same requester for the same action is refused (ERR_LIMIT_EXCEEDED).
   * One whose process is gone is taken over by those that share its key: with the evidence that was handed in meanwhile.
   */
  request(hold: HeldCall, signal: AbortSignal): Promise<ApprovalOutcome>
  /**
   * Spends an approval, once, by one compare-and-set in the ledger, after checking digest, policy, expiry, live roles and
   * the age of the votes again. Answers the evidence that the intent records.
   * Throws ERR_PERMIT_SPENT the second time, ERR_APPROVAL_DENIED, _EXPIRED, _WITHDRAWN or _VOID when it ended meanwhile,
   * ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE when the ledger failed. Whatever it throws, the action must not run.
   */
  consume(held: HeldAction, digest: Digest): Promise<CanonicalInput>
  /** As `consume`, and reserves what is claimed in the same compare-and-set (RULES 15). */
  consumeClaiming(held: HeldAction, digest: Digest, claim: ClaimWithApproval): Promise<Spent>
  /**
   * Whether an approval that was spent would be given by the same people now. Rejects when the directory fails or refuses
   * the requester. What was not spent here does not stand.
   */
  stands(held: HeldAction): Promise<boolean>
  /** Whether one of those on whom an approval that was spent relies is revoked, or was not spent here. */
  reliesOnRevoked(held: HeldAction): boolean
  /** Everybody who said yes to what was approved here, whether it was needed or not. */
  approversOf(held: HeldAction): readonly Principal[]
  /** Whether an approval that was spent still lets its action run: it has not expired, and relies on nobody who is revoked. */
  counts(held: HeldAction): boolean
  /** What approvers are being asked now, oldest first. */
  pending(): readonly ApprovalRequest[]
  /**
   * Hands evidence in: a signed statement about a pending request. Never rejects. The receipt says whether it was counted,
   * and why not. A request of another guard on the same ledger is counted `later`, by that guard.
   */
  submit(requestId: string, evidence: string): Promise<SubmitReceipt>
  /** Withdraws everything that is pending. */
  close(): Promise<void>
}

/** Builds the coordinator. Throws ERR_CONFIG_INVALID when an approver has no name, a name twice or no known level. */
export function createApprovalCoordinator(options: ApprovalCoordinatorOptions): ApprovalCoordinator {
  const on = portsOf(options)
  const secrets = new RequestSecrets(options.takeover?.key)
  const pending = new Map<string, PendingRequest>()
  const elsewhere = new Submissions(on)
  const estimates = new Estimates(on)
  const approved = new WeakMap<HeldAction, PendingRequest>()

  async function ask(held: HeldCall, signal: AbortSignal): Promise<ApprovalOutcome> {
    if (signal.aborted) return endedOutcome({ end: 'withdrawn' }, held.requirement.rules)
    const standing = standingOf(on, held.requester, true)
    const { principal: requester } = isPromise(standing) ? await standing : standing
    const lost = lostRole(held.requester, requester)
    if (lost !== undefined) return endedOutcome(lost, held.requirement.rules)
    const call = requester === held.requester ? held : { ...held, requester }
    const able = on.approvers.filter((approver) => isAtLeast(approver.level, call.requirement.level))
    const inVain = unholdable(call, able, on.policyNow())
    if (inVain !== undefined) return endedOutcome(inVain, call.requirement.rules)
    const { denied, from, hold } = await openingOf(on, secrets, call, () => estimates.take(call, signal))
    if (denied) return endedOutcome({ end: 'denied', by: undefined, reason: undefined }, call.requirement.rules)
    const request = new PendingRequest(on, hold, able, from)
    pending.set(request.held.requestId, request)
    void request.ended.then(() => pending.delete(request.held.requestId))
    const outcome = await request.run(signal)
    if (outcome.outcome === 'approved') approved.set(outcome.held, request)
    return outcome
  }

  return Object.freeze({
    async request(hold: HeldCall, signal: AbortSignal): Promise<ApprovalOutcome> {
      try {
        return await ask(hold, signal)
      } catch (error) {
        on.onFailure(hold.session, error)
        return endedOutcome(failedEnding(error), hold.requirement.rules)
      }
    },
    async consume(held: HeldAction, digest: Digest): Promise<CanonicalInput> {
      const spent = await ownApproval(approved, held).consume(digest)
      if ('evidence' in spent) return spent.evidence
      throw new BothKeysError('ERR_INTERNAL', 'nothing was claimed, and it conflicts all the same')
    },
    consumeClaiming: async (held: HeldAction, digest: Digest, claim: ClaimWithApproval) =>
      ownApproval(approved, held).consume(digest, claim),
    reliesOnRevoked: (held: HeldAction) => approved.get(held)?.reliesOnRevoked() ?? true,
    approversOf: (held: HeldAction) => ownApproval(approved, held).approvers(),
    counts: (held: HeldAction) => approved.get(held)?.counts() ?? false,
    stands: async (held: HeldAction) => (await approved.get(held)?.stands()) ?? false,
    pending: () => [...pending.values()].map(({ request }) => request),
    async submit(requestId: string, evidence: string): Promise<SubmitReceipt> {
      const own = pending.get(requestId)
      if (own !== undefined) return own.submit(evidence)
      try {
        return await elsewhere.take(requestId, evidence)
      } catch (error) {
        on.onFailure(engineSession, error)
        return Object.freeze({ counted: false, reason: 'failed' })
      }
    },
    async close(): Promise<void> {
      await Promise.all([...pending.values()].map((request) => request.withdraw()))
    },
  })
}

function portsOf(options: ApprovalCoordinatorOptions): ApprovalPorts {
  const { onFailure, onHeld } = options
  return Object.freeze({
    engine: options.engine ?? 'bothkeys',
    ledger: options.ledger,
    journal: options.journal,
    approvers: Object.freeze(options.approvers.map(asGiven)),
    clock: options.clock,
    policyNow: options.policyNow,
    standingNow: options.standingNow ?? standingAsVerified,
    isRevoked: options.isRevoked ?? (() => false),
    mayVote: options.mayVote ?? (() => undefined),
    deadlineMs: options.deadlineMs ?? 5_000,
    leaseMs: options.takeover && leaseOf(options.takeover),
    limits: Object.freeze({ ...defaultLimits, ...options.limits }),
    onHeld: (event) => {
      quietly(() => onHeld?.(event))
    },
    onFailure: (session, cause) => {
      quietly(() => onFailure?.(session, cause))
    },
  } satisfies ApprovalPorts)
}

/** An approver with the name and level that it has now, whatever it says later. */
function asGiven(approver: Approver, index: number, all: readonly Approver[]): Approver {
  const { level, name } = approver
  if (typeof name !== 'string' || name === '' || !name.isWellFormed()) throw wrong('an approver needs a name')
  if (all.findIndex((other) => other.name === name) !== index)
    throw wrong(`two approvers are named ${JSON.stringify(name)}`)
  if (!approvalLevels.includes(level)) throw wrong(`approver ${JSON.stringify(name)} has no known level`)
  const ask = approver.ask.bind(approver)
  const verify = approver.verify?.bind(approver)
  if (verify === undefined && level !== 'asserted')
    throw wrong(`approver ${JSON.stringify(name)} has no way to verify evidence, so its level can only be asserted`)
  return Object.freeze(verify === undefined ? { name, level, ask } : { name, level, ask, verify })
}

function leaseOf({ afterMs = 10_000 }: TakeoverOptions): number {
  if (Number.isSafeInteger(afterMs) && afterMs >= 1_000) return afterMs
  throw wrong('takeover.afterMs must be a whole number of milliseconds, 1,000 or more')
}

function quietly(notify: () => void): void {
  try {
    notify()
  } catch {
    // A listener's failure is the listener's.
  }
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what, { hint: 'see createGuard({ approvers })' })
}

/** Throws ERR_PERMIT_VOID for what this coordinator did not answer. */
function ownApproval(approved: WeakMap<HeldAction, PendingRequest>, held: HeldAction): PendingRequest {
  const request = approved.get(held)
  if (request !== undefined) return request
  throw new BothKeysError('ERR_PERMIT_VOID', 'this is not an approval of this guard', {
    hint: 'pass the object that request() answered',
  })
}
