import type { ErrorCode } from '../errors.js'
import type { Action, Description } from '../model/action.js'
import type { CanonicalFragment } from '../model/canonical-json.js'
import type { ApprovalRequirement } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { TraceContext } from '../model/trace.js'
import type { ApprovalRequest } from './approver.js'
import type { Estimate, EstimateAction } from './estimate.js'
import type { HiddenValues } from './hidden-values.js'
import { shownValues } from './hidden-values.js'
import type { CutFacts, RequestFacts } from './request-view.js'
import { fits, requestView } from './request-view.js'

/** What whoever asked is told while people are asked: nothing by which anybody could decide. */
export interface HeldNotice {
  /** Names the request, for example to withdraw it. */
  readonly requestId: string
  /** Of the exact action, as approvers see it. */
  readonly digest: Digest
  /** The hold rules that want people. */
  readonly rules: readonly string[]
  /** When the request is over unless it is decided. */
  readonly expiresAt: Date
}

/** Called once people allowed the action, which runs when what this answers has resolved. Rejecting withdraws the request. */
export type OnAllowed = () => MaybePromise<void>

/** Called once people are asked. Throwing withdraws the request. What it answers is called once they allowed it. */
export type OnHeld = (notice: HeldNotice) => OnAllowed | undefined

/** An action that the policy holds. */
export interface HeldCall {
  /** Binds the action to a digest, as a request with this nonce: with an id of its own, or as the action that it was before. */
  readonly bind: (nonce: string, actionId?: string) => BoundAction
  readonly action: Action
  readonly requester: Principal
  readonly requesterRecord: CanonicalFragment
  /** The session to which the record's events belong. */
  readonly session: string
  /** The trace that they belong to. */
  readonly trace?: TraceContext | undefined
  readonly requirement: ApprovalRequirement
  /** The most rows that the action may change. Undefined: any number. */
  readonly maxAffected?: number | undefined
  readonly policyDigest: Digest
  /** What masks hide from whoever is asked. Undefined: nothing. */
  readonly hidden?: HiddenValues | undefined
  /** Has the target estimate the action without running it. Undefined: it cannot. */
  readonly estimate?: EstimateAction | undefined
  /** Told once people are asked, and once they allowed it: whoever asked may have gone on to something else meanwhile. */
  readonly onHeld?: OnHeld | undefined
}

/** What tells two requests for the same action apart. */
export interface Binding {
  /** 32 hex digits that are nobody else's. */
  readonly nonce: string
  readonly actionId: string
}

/** An action as one request for approval. */
export interface BoundAction {
  /** The id that the action's intent will have. */
  readonly actionId: string
  readonly digest: Digest
  /** What the digest is over. It holds the nonce: for approvers, never for the record. */
  readonly requestText: string
}

/** An action that the policy holds, bound to its digest. */
export interface HoldRequest extends HeldCall, BoundAction {
  /** What people are told of the target's estimate. Undefined: nothing. */
  readonly estimated?: Estimate | undefined
}

/** What of a held action says who may decide it. */
export type HoldFacts = Pick<HoldRequest, 'hidden' | 'requester' | 'requirement'> & {
  readonly action: Pick<Action, 'target'> & {
    readonly description: Pick<Description, 'operation' | 'text' | 'effects' | 'lineage'>
  }
}

/**
 * An action that was approved and has not run. Only the coordinator makes one; `consume` turns it, once, into
 * the right to run.
 */
export interface HeldAction {
  readonly requestId: string
  readonly digest: Digest
  /** What the action was bound with. */
  readonly binding: Binding
}

/** Why a held action does not run. */
export interface ApprovalRefusal {
  readonly code: ErrorCode
  readonly message: string
  readonly rules: readonly string[]
  readonly hint: string
}

/**
 * What came of a request. `expired` is no denial: nobody decided. `withdrawn`: the caller gave up.
 * `unavailable`: nobody could be asked, or the ledger or the journal failed. `void`: policy or action changed.
 */
export type ApprovalOutcome = { readonly outcome: 'approved'; readonly held: HeldAction } | NotApproved

/** `intent`: the id that the action's intent would have had, where the request is on record. */
export type NotApproved = { readonly intent?: string | undefined } & (
  | {
      readonly outcome: 'denied'
      readonly refusal: ApprovalRefusal
      /** Undefined when another process took the vote. */
      readonly by: Principal | undefined
      /** The approver's own words. */
      readonly reason: string | undefined
    }
  | { readonly outcome: 'expired' | 'withdrawn' | 'unavailable' | 'void'; readonly refusal: ApprovalRefusal }
)

/** Whether everything of an action fits into what approvers see. */
export function fitsView(call: HeldCall): boolean {
  return fits(shownOf(call))
}

/** What approvers are asked: frozen, made of the snapshot that will run. */
export function approvalRequest(id: string, hold: HoldRequest, expiresAtMs: number, engine: string): ApprovalRequest {
  const facts = factsOf(id, hold, expiresAtMs)
  const view = requestView(facts)
  const subject = Object.freeze({
    aud: engine,
    req: id,
    adh: hold.digest,
    pol: hold.policyDigest,
    view: view.digest,
  })
  // Assigned, so that the getter of `expiresAt` stays one.
  return Object.freeze(withExact(Object.assign(facts, { view, subject }), hold.requestText))
}

/** What whoever may see what masks hide is asked; undefined where they hide nothing. */
export function clearRequest(
  { expiresAt, hidden, id }: Pick<ApprovalRequest, 'expiresAt' | 'hidden' | 'id'>,
  hold: HoldRequest,
  engine: string,
): ApprovalRequest | undefined {
  if (hidden === undefined) return undefined
  return approvalRequest(id, { ...hold, hidden: undefined }, expiresAt.getTime(), engine)
}

/** What copies and logs of a request leave out. */
export function withExact<Request extends object>(
  request: Request,
  exact: string,
): Request & { readonly exact: string } {
  return Object.defineProperty(request, 'exact', { value: exact }) as Request & { readonly exact: string }
}

/** What is shown of an action, whichever request it becomes. */
function shownOf({ action, hidden, maxAffected, requester, requirement }: HeldCall) {
  const { effects, operation } = action.description
  return {
    requester,
    target: Object.freeze({ name: action.target.name, kind: action.target.kind }),
    identity: action.identity,
    operation,
    settings: action.settings,
    ...shownValues({ text: action.description.text, parameters: action.parameters }, hidden),
    hidden,
    effects,
    maxAffected,
    rules: requirement.rules,
    stages: requirement.stages,
  } satisfies CutFacts
}

function factsOf(id: string, hold: HoldRequest, expiresAtMs: number): RequestFacts {
  return {
    id,
    digest: hold.digest,
    ...shownOf(hold),
    estimate: hold.estimated,
    // A frozen Date can still be set, so each reader gets one of their own.
    get expiresAt() {
      return new Date(expiresAtMs)
    },
  }
}
