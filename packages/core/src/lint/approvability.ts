import type { Assignment } from '../approvals/assignment.js'
import { assignStages } from '../approvals/assignment.js'
import type { Candidate, Ineligibility } from '../approvals/eligibility.js'
import { ineligibility } from '../approvals/eligibility.js'
import type { HoldFacts } from '../approvals/request.js'
import { actOfApproving } from '../duties/act.js'
import { claimsOf, roleClaimsOf } from '../duties/claims.js'
import { foreseen } from '../duties/foreseen.js'
import { conflicts } from '../duties/independence.js'
import type { RosterMember } from '../identity/roster.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal, Subject } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'

/** Somebody who holds a role that could decide, and may not. */
export interface LeftOut {
  /** Whose account it is. */
  readonly account: Subject
  /** Why it may not, in a word that stays the same. */
  readonly reason: Ineligibility['reason'] | 'duty-conflict'
  /** For `not-independent`: what they share with the requester. */
  readonly dimensions: NonNullable<Ineligibility['dimensions']>
  /** For `duty-conflict`: the rule. */
  readonly rule: string | undefined
  /** For a `duty-conflict` with what they did before: what that was, in words. */
  readonly why: string | undefined
}

/** What keeps somebody from voting who could vote otherwise. */
export type Barred = Pick<LeftOut, 'rule' | 'why'>

/** Says what keeps somebody from voting. Undefined: nothing. */
export type BarredFrom = (hold: HoldFacts, voter: Voter) => MaybePromise<Barred | undefined>

/** Somebody who could say yes. */
export interface Voter extends Candidate {
  readonly subject: Subject
}

/** Who could approve a held action, and whether they are enough. */
export interface Approvability {
  readonly voters: readonly Voter[]
  readonly leftOut: readonly LeftOut[]
  /** One way to fill every stage. Undefined: there is none. */
  readonly quorum: readonly Assignment<Voter>[] | undefined
  /** Those of the quorum without whom there is none. */
  readonly indispensable: readonly Voter[]
}

/**
 * Who of a directory could approve a held action: everybody is tried as if they voted, by the same tests as a vote, and the
 * stages are filled as votes fill them. Nobody is asked and nothing happened before. Pure.
 */
export function approvability(
  policy: CompiledPolicy,
  members: readonly RosterMember[],
  hold: HoldFacts,
): Approvability {
  return among(hold, triedBy(policy, members, hold))
}

/** As `approvability`, without those whom `barred` keeps from voting. Rejects as it does. */
export async function approvabilityNow(
  policy: CompiledPolicy,
  members: readonly RosterMember[],
  hold: HoldFacts,
  barred: BarredFrom,
): Promise<Approvability> {
  const { leftOut, voters } = triedBy(policy, members, hold)
  const free: Voter[] = []
  const out = [...leftOut]
  for (const voter of voters) {
    const found = await barred(hold, voter)
    if (found === undefined) free.push(voter)
    else out.push({ account: voter.subject, reason: 'duty-conflict', dimensions: [], ...found })
  }
  return among(hold, { voters: free, leftOut: out })
}

type Tried = Pick<Approvability, 'voters' | 'leftOut'>

function triedBy(policy: CompiledPolicy, members: readonly RosterMember[], hold: HoldFacts): Tried {
  const asked = new Set(hold.requirement.stages.map(({ role }) => role))
  const voters: Voter[] = []
  const leftOut: LeftOut[] = []
  for (const { principal, roles, subject } of members) {
    if (!roles.some((role) => asked.has(role))) continue
    const voter = { subject, approver: principal, roles }
    const refusal = refusalOf(policy, hold, voter)
    if (refusal === undefined) voters.push(voter)
    else leftOut.push(refusal)
  }
  return { voters, leftOut }
}

function among(hold: HoldFacts, { leftOut, voters }: Tried): Approvability {
  const quorum = assignStages(hold, voters)
  const indispensable = (quorum ?? []).map(({ vote }) => vote).filter((vote) => !isMetWithout(hold, voters, vote))
  return { voters, leftOut, quorum, indispensable }
}

function refusalOf(policy: CompiledPolicy, hold: HoldFacts, voter: Voter): LeftOut | undefined {
  const account = voter.subject
  const unfit = ineligibility(hold, voter, policy, 0)
  if (unfit !== undefined) {
    return { account, reason: unfit.reason, dimensions: unfit.dimensions ?? [], rule: undefined, why: undefined }
  }
  const rule = ruleAgainst(policy, hold, voter)
  return rule === undefined ? undefined : { account, reason: 'duty-conflict', dimensions: [], rule, why: undefined }
}

/** The rule that keeps somebody from voting even when nothing happened before. */
function ruleAgainst({ dutyRules }: CompiledPolicy, hold: HoldFacts, voter: Voter): string | undefined {
  if (dutyRules === undefined) return undefined
  const { action, requester } = hold
  const act = actOfApproving(
    {
      target: action.target.name,
      effects: action.description.effects,
      root: requester.run.root,
      change: requester.change,
    },
    { party: voter.approver, roles: voter.approver.restrictingRoles },
  )
  return foreseen(roleClaimsOf(dutyRules, act, 0)).refusedBy ?? foreseen(claimsOf(dutyRules, act)).refusedBy
}

function isMetWithout(hold: HoldFacts, voters: readonly Voter[], absent: Voter): boolean {
  const others = voters.filter(({ approver }) => !isSamePerson(approver, absent.approver))
  return assignStages(hold, others) !== undefined
}

/** Two accounts of one person are absent together; an agent is absent alone. */
function isSamePerson(one: Principal, other: Principal): boolean {
  const areHuman = one.kind === 'human' && other.kind === 'human'
  return conflicts(one, other, areHuman ? ['subject', 'person'] : ['subject']).length > 0
}
