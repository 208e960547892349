import type { DecidedAction } from '../decided-action.js'
import { decisionInput } from '../decided-action.js'
import { BothKeysError } from '../errors.js'
import type { DirectoryEntry } from '../identity/directory.js'
import { checkedListing } from '../identity/listing.js'
import { isPrincipal } from '../identity/make-principal.js'
import type { Listing } from '../identity/listing.js'
import { rosterOf, standingIn } from '../identity/roster.js'
import type { ApprovalRequirement, Decision } from '../model/decision.js'
import type { Effect } from '../model/effect.js'
import type { Lineage } from '../model/lineage.js'
import type { Principal, Subject } from '../model/principal.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import type { BarredFrom, LeftOut, Voter } from './approvability.js'
import { approvability, approvabilityNow } from './approvability.js'

/** An action as far as a policy looks at it. */
export interface ActionShape {
  /** The name of the target. */
  readonly target: string
  /** What it would do. */
  readonly effects: readonly Effect[]
  /** The adapter's word for it. Default: `query`. */
  readonly operation?: string
  /** The exact text. Default: none, so that rules about text find nothing. */
  readonly text?: string
  /** Where the values go that it reads. Default: nobody can tell, so that reading what is masked is refused. */
  readonly lineage?: Lineage
  /** How many statements it is, for limits on statements. Default: 1. */
  readonly statements?: number
}

/** Somebody who could say yes. */
export interface PossibleApprover {
  /** The account that they would decide with. */
  readonly account: Subject
  /** What the directory calls them; undefined for an agent. */
  readonly person: string | undefined
}

/** Who could approve an action. */
export interface PossibleApproval {
  /** What the policy says of the action. */
  readonly decision: Decision
  /** Who could say yes, by account. Empty when nothing has to be approved. */
  readonly approvers: readonly PossibleApprover[]
  /** Who has a role that is asked for and could not, and why. */
  readonly leftOut: readonly LeftOut[]
  /** Whether they are enough: enough people, independent of each other, for every stage. */
  readonly quorum: 'none-needed' | 'possible' | 'impossible'
  /** One smallest quorum: who could fill which stage. Empty when there is none. */
  readonly example: readonly { readonly stage: string; readonly account: Subject }[]
  /** Those without whom there would be no quorum. Empty when any one of them may be absent. */
  readonly indispensable: readonly Subject[]
}

/**
 * Who could approve if somebody asked for an action. Everybody of the listing is tried as if they voted now, by the tests that
 * votes have to pass; what was done before, revocations, the evidence that a rule asks for and the keys of sessions are not
 * known here. `requester` is an account of the listing, with all roles that it has there, or a principal that a verifier made.
 * Writes nothing. Rejects with ERR_CONFIG_INVALID for a policy that `loadPolicy` did not make, a target that it does not have
 * and a requester who would open no session, and with ERR_DIRECTORY_UNAVAILABLE for entries that are no listing.
 *
 * @example
 * const { quorum, leftOut } = await whoCouldApprove(policy, people, { issuer, id: 'etl-agent' }, {
 *   target: 'orders',
 *   effects: [{ duty: 'delete', resource: 'table:public.invoices', attributes: {} }],
 * })
 */
export async function whoCouldApprove(
  policy: CompiledPolicy,
  people: readonly DirectoryEntry[],
  requester: Subject | Principal,
  action: ActionShape,
): Promise<PossibleApproval> {
  const target = targetOf(policy, action)
  const listing = checkedListing(people)
  const principal = await requesterIn(listing, requester)
  const { effects, lineage, operation = 'query', text = '' } = action
  const description = { operation, text, effects, ...(lineage !== undefined && { lineage }) }
  const decision = policy.decide(decisionInput({ principal, roles: () => principal.roles }, { target, description }))
  if (decision.effect !== 'hold') return noneNeeded(decision)
  return approvalOf(policy, listing, { decision, principal, target, description })
}

interface Held {
  readonly decision: Extract<Decision, { readonly effect: 'hold' }>
  readonly principal: Principal
  readonly target: PolicyTarget
  readonly description: DecidedAction['description']
}

/** Who of a listing could approve what is held. Rejects as `barred` does. */
export async function approvalOf(
  policy: CompiledPolicy,
  listing: Listing,
  held: Held,
  barred?: BarredFrom,
): Promise<PossibleApproval> {
  const requirement: ApprovalRequirement = held.decision.requirement
  const { description, principal, target } = held
  const hold = { requester: principal, requirement, action: { target, description } }
  const members = await rosterOf(listing)
  const found =
    barred === undefined ? approvability(policy, members, hold) : await approvabilityNow(policy, members, hold, barred)
  return Object.freeze({
    decision: held.decision,
    approvers: Object.freeze(found.voters.map(approverOf)),
    leftOut: Object.freeze([...found.leftOut]),
    quorum: found.quorum === undefined ? 'impossible' : 'possible',
    example: Object.freeze(
      (found.quorum ?? []).map(({ stage, vote }) => ({ stage: stage.stage, account: vote.subject })),
    ),
    indispensable: Object.freeze(found.indispensable.map(({ subject }) => subject)),
  } satisfies PossibleApproval)
}

function noneNeeded(decision: Decision): PossibleApproval {
  return Object.freeze({ decision, approvers: [], leftOut: [], quorum: 'none-needed', example: [], indispensable: [] })
}

function approverOf({ approver, subject }: Voter): PossibleApprover {
  return Object.freeze({ account: subject, person: approver.person })
}

/** The target of an action. Throws ERR_CONFIG_INVALID when the policy has none of the name. */
export function targetOf(policy: CompiledPolicy, action: ActionShape): PolicyTarget {
  const target = policy.targets.get(action.target)
  if (target === undefined) throw invalid('the policy has no such target', 'name a target of the policy')
  return target
}

/**
 * Who asks, as they would open a session by a listing; without one, as they were verified. Throws ERR_CONFIG_INVALID when
 * they would open none.
 */
export async function requesterIn(listing: Listing | undefined, requester: Subject | Principal): Promise<Principal> {
  const hint = 'name an account of the listing that is not disabled, or pass a principal that the directory agrees with'
  if (listing === undefined) {
    if (isPrincipal(requester)) return requester
    throw invalid('the requester is not a verified principal', hint)
  }
  const listed = isPrincipal(requester)
    ? await standingIn(listing, requester)
    : (await rosterOf(listing)).find(
        ({ subject }) => subject.id === requester.id && subject.issuer === requester.issuer,
      )
  if (listed === undefined) throw invalid('the requester would open no session', hint)
  return listed.principal
}

function invalid(what: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `nobody can be asked about: ${what}`, { hint })
}
