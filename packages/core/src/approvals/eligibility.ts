import { conflicts, mandatoryDimensions, requiredDimensions } from '../duties/independence.js'
import { accountsOf, personName } from '../duties/person.js'
import type { Target } from '../model/action.js'
import type { ApprovalLevel, ApprovalStage, DecisionInput, IndependenceDimension } from '../model/decision.js'
import { lowerLevel } from '../model/level.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { quoteSegment } from '../policy/resource-pattern.js'
import { maySee } from './hidden-values.js'
import type { HoldFacts } from './request.js'

/** Why somebody may not decide a request. */
export interface Ineligibility {
  readonly reason:
    | 'principal-expired'
    | 'revoked'
    | 'not-human'
    | 'not-independent'
    | 'no-role'
    | 'no-approve-duty'
    | 'may-not-see'
    | 'does-not-hold'
  /** The dimensions that conflict with the requester's, for `not-independent`. */
  readonly dimensions?: readonly IndependenceDimension[]
}

/** An approver with the roles that are live now. */
export interface Candidate {
  readonly approver: Principal
  readonly roles: readonly string[]
  /** The one stage that the vote is for, where it says so. */
  readonly stage?: string | undefined
  /** How the vote was given. Undefined: as well as the approver is proven. */
  readonly level?: ApprovalLevel
  /** Whether it is a yes to a view in which nothing is hidden of what masks hide. */
  readonly sawClear?: boolean | undefined
}

/**
 * Answers why somebody may not decide a request, or undefined when they may: they are live, a person where the rule
 * says so, independent of the requester, hold the role of a stage, the policy gives them the duty `approve` on the
 * target and, where the rule says so, lets them do what they approve. The same test holds for a yes and for a no, when
 * they vote and when the action runs.
 */
export function ineligibility(
  hold: HoldFacts,
  candidate: Candidate,
  policy: CompiledPolicy,
  nowMs: number,
): Ineligibility | undefined {
  const { approver, roles } = candidate
  const unfit = unfitness(hold, approver, nowMs)
  if (unfit !== undefined) return unfit
  const stages = hold.requirement.stages.filter(
    ({ role, stage }) => roles.includes(role) && (candidate.stage ?? stage) === stage,
  )
  if (stages.length === 0) return { reason: 'no-role' }
  if (!stages.some((stage) => mayFill(hold, candidate, stage))) {
    const named = stages.flatMap((stage) => stage.independent)
    return { reason: 'not-independent', dimensions: conflicts(hold.requester, approver, named) }
  }
  // Whoever showed it to them does not decide who may see it.
  if (candidate.sawClear === true && (hold.hidden === undefined || !maySee(hold.hidden, roles)))
    return { reason: 'may-not-see' }
  if (!mayApprove(hold, candidate, policy)) return { reason: 'no-approve-duty' }
  return hold.requirement.approverMustHold && !mayDo(hold, candidate, policy) ? { reason: 'does-not-hold' } : undefined
}

/** What keeps somebody from deciding a request whatever their roles are. More knowledge of them never lifts it. */
export function unfitness(hold: HoldFacts, approver: Principal, nowMs: number): Ineligibility | undefined {
  if (!(approver.expiresAt.getTime() > nowMs)) return { reason: 'principal-expired' }
  if (hold.requirement.from === 'humans' && approver.kind !== 'human') return { reason: 'not-human' }
  const shared = conflicts(hold.requester, approver, dimensionsFor(hold, approver, mandatoryDimensions))
  if (shared.length > 0) return { reason: 'not-independent', dimensions: shared }
  return undefined
}

/** Whether a candidate has a stage's role and is independent of the requester as the stage asks. */
export function mayFill(hold: HoldFacts, candidate: Candidate, stage: ApprovalStage): boolean {
  if (!candidate.roles.includes(stage.role)) return false
  if (candidate.stage !== undefined && candidate.stage !== stage.stage) return false
  const { approver } = candidate
  const required = stage.independent.includes('person')
    ? requiredDimensions(stage.independent)
    : dimensionsFor(hold, approver, requiredDimensions(stage.independent))
  return conflicts(hold.requester, approver, required).length === 0
}

/**
 * The dimensions in which an approver must differ from the requester. The rule can let a person approve for an agent that
 * they own; nobody else who shares something with it ever may, and no agent.
 */
function dimensionsFor(
  { requester, requirement }: HoldFacts,
  approver: Principal,
  dimensions: readonly IndependenceDimension[],
): readonly IndependenceDimension[] {
  if (!requirement.ownerMayApprove || requester.kind === 'human' || approver.kind !== 'human') return dimensions
  const { owners } = requester
  const own = [...accountsOf(approver), ...(approver.person === undefined ? [] : [personName(approver.person)])]
  const isOwner = typeof owners !== 'string' && own.some((name) => owners.known.includes(name))
  return isOwner ? dimensions.filter((dimension) => dimension !== 'person') : dimensions
}

/** Whether the approver could do the very action themselves, at least with an approval of their own. */
function mayDo({ action }: HoldFacts, candidate: Candidate, policy: CompiledPolicy): boolean {
  const { effects, lineage, operation, text } = action.description
  const input = { ...asDecided(candidate, action.target), operation, text, effects, lineage }
  return policy.decide(input).effect !== 'deny'
}

function mayApprove({ action }: HoldFacts, candidate: Candidate, policy: CompiledPolicy): boolean {
  const resource = `target:${quoteSegment(action.target.name)}`
  const decision = policy.decide({
    ...asDecided(candidate, action.target),
    operation: 'approve',
    text: '',
    effects: [{ duty: 'approve', resource, attributes: {} }],
  })
  return decision.effect === 'allow'
}

/**
 * Proven no better than the vote was given. Whoever approves is restricted by the roles that give them nothing, too, as they are
 * where they act themselves.
 */
function asDecided(
  { approver, level = approver.level, roles }: Candidate,
  { kind, labels, name }: Target,
): Pick<DecisionInput, 'roles' | 'restrictingRoles' | 'level' | 'target'> {
  const { restrictingRoles } = approver
  return { roles, restrictingRoles, level: lowerLevel(level, approver.level), target: { name, kind, labels } }
}
