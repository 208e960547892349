import type { DecidedAction } from '../decided-action.js'
import { actOfAction, decisionInput } from '../decided-action.js'
import type { Act } from '../duties/act.js'
import { claimsOf } from '../duties/claims.js'
import { foreseen } from '../duties/foreseen.js'
import type { DirectoryEntry } from '../identity/directory.js'
import type { Listing } from '../identity/listing.js'
import { checkedListing } from '../identity/listing.js'
import type { Decision, DecisionInput } from '../model/decision.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal, Subject } from '../model/principal.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import type { Explanation } from '../policy/explain.js'
import { explain } from '../policy/explain.js'
import type { Requester } from '../requester.js'
import type { BarredFrom } from './approvability.js'
import type { PossibleGlass } from './possible-glass.js'
import { possibleGlass } from './possible-glass.js'
import type { ActionShape, PossibleApproval } from './who-could-approve.js'
import { approvalOf, requesterIn, targetOf } from './who-could-approve.js'

/** What would become of an action. */
export interface Simulation {
  /** `held`: people would be asked, unless a `grant` of the session covers it or it broke `glass`. */
  readonly outcome: 'allowed' | 'held' | 'refused'
  /** What the policy decides, by which rules. */
  readonly decision: Decision
  /** Every rule of the policy, and why it speaks on the action or not. */
  readonly explanation: Explanation
  /** The rules about what happened before that would count the action. */
  readonly counted: { readonly separations: readonly string[]; readonly limits: readonly string[] }
  /** The rules of these that would refuse it. Empty: none. */
  readonly refusedBy: readonly string[]
  /** Who could approve it. Undefined when nothing has to be approved, or the directory was not listed. */
  readonly approval: PossibleApproval | undefined
  /**
   * The grant of the session that would let a held action through without asking, with how many uses are left. No use is
   * taken. Undefined: there is none, or it was not a guard that simulated.
   */
  readonly grant: { readonly id: string; readonly usesLeft: number } | undefined
  /** By which rules of `breakGlass`, and by whom, glass could be broken for a held action. */
  readonly glass: readonly PossibleGlass[]
}

/**
 * What would be decided if a principal asked for an action, with no effect at all: nothing is written, counted or asked for.
 * The policy is asked the same question as for an action that is to run. Nothing is known of what happened before, so that
 * `refusedBy` holds only what the action brings together by itself, without the exceptions of `mitigations`; `guard.simulate`
 * looks at both, too. With `people`, the
 * requester stands as the directory says, and it is said who could approve. Names rules and roles of the whole policy, so it
 * is for whoever keeps the policy, not for the agent (RULES 13). Rejects as `whoCouldApprove` does.
 *
 * @example
 * const { outcome, decision } = await simulate(policy, { issuer, id: 'etl-agent' }, action, people)
 */
export async function simulate(
  policy: CompiledPolicy,
  requester: Principal,
  action: ActionShape,
  people?: readonly DirectoryEntry[],
): Promise<Simulation>
export async function simulate(
  policy: CompiledPolicy,
  requester: Subject | Principal,
  action: ActionShape,
  people: readonly DirectoryEntry[],
): Promise<Simulation>
export async function simulate(
  policy: CompiledPolicy,
  requester: Subject | Principal,
  action: ActionShape,
  people?: readonly DirectoryEntry[],
): Promise<Simulation> {
  const listing = people === undefined ? undefined : checkedListing(people)
  const principal = await requesterIn(listing, requester)
  const who = { principal, roles: () => principal.roles }
  return simulationOf({ policy, who, listing, lookBack: withoutHistory }, action)
}

/** What a simulation is made of. */
export interface SimulationPorts {
  readonly policy: CompiledPolicy
  readonly who: Pick<Requester, 'principal' | 'roles'> & Partial<Pick<Requester, 'sessionId'>>
  readonly listing: Listing | undefined
  /** The rules that refuse an act because of what happened before; reserves nothing. */
  readonly lookBack: (rules: DutyRules, act: Act) => MaybePromise<readonly string[]>
  /** Who may not approve because of what happened before. Undefined: nothing is known of that. */
  readonly barred?: BarredFrom | undefined
  /** The grant that would let what is held through. */
  readonly grantFor?: (held: SimulatedHold) => Promise<Simulation['grant']>
}

/** A held action of a simulation. */
export interface SimulatedHold {
  readonly target: PolicyTarget
  readonly description: DecidedAction['description']
  readonly input: DecisionInput
  readonly decision: Extract<Decision, { readonly effect: 'hold' }>
}

/** Simulates an action on the ports given. */
export async function simulationOf(on: SimulationPorts, action: ActionShape): Promise<Simulation> {
  const { listing, lookBack, policy, who } = on
  const target = targetOf(policy, action)
  const { effects, lineage, operation = 'query', statements = 1, text = '' } = action
  const description = { operation, text, effects, statements, ...(lineage !== undefined && { lineage }) }
  const input = decisionInput(who, { target, description })
  const decision = policy.decide(input)
  const act = actOfAction(who, { target, description }, decision.effect === 'hold' ? 'request' : 'action', decision)
  const rules = policy.dutyRules
  const refusedBy = rules === undefined || decision.effect === 'deny' ? [] : await lookBack(rules, act)
  const held = decision.effect === 'hold' ? { target, description, input, decision } : undefined
  const isRefused = decision.effect === 'deny' || refusedBy.length > 0
  return Object.freeze({
    outcome: isRefused ? 'refused' : decision.effect === 'hold' ? 'held' : 'allowed',
    decision,
    explanation: explain(policy, input),
    counted: countedBy(rules, act),
    refusedBy,
    approval:
      decision.effect !== 'hold' || listing === undefined
        ? undefined
        : await approvalOf(policy, listing, { decision, principal: who.principal, target, description }, on.barred),
    grant: held === undefined || isRefused ? undefined : await on.grantFor?.(held),
    glass: held === undefined ? [] : await possibleGlass(policy, listing, { who, target, description }),
  } satisfies Simulation)
}

function withoutHistory(rules: DutyRules, act: Act): readonly string[] {
  const { refusedBy } = foreseen(claimsOf(rules, act))
  return refusedBy === undefined ? [] : [refusedBy]
}

function countedBy(rules: DutyRules | undefined, act: Act): Simulation['counted'] {
  const counted = rules === undefined ? [] : foreseen(claimsOf(rules, act)).counted
  const limits = new Set([...(rules?.limits ?? []), ...(rules?.lookups ?? [])].map(({ id }) => id))
  return Object.freeze({
    separations: Object.freeze(counted.filter((id) => !limits.has(id))),
    limits: Object.freeze(counted.filter((id) => limits.has(id))),
  })
}
