import type { Approver } from './approvals/approver.js'
import type { Directory } from './identity/directory.js'
import { listingOf } from './identity/listing.js'
import { principalFragment } from './identity/principal-fragment.js'
import { ownMember } from './identity/own-member.js'
import { rosterOf } from './identity/roster.js'
import type { RosterMember } from './identity/roster.js'
import type { Standing } from './identity/standing.js'
import type { Verifier } from './identity/verifier.js'
import type { CanonicalInput } from './model/canonical-json.js'
import { sha256 } from './model/digest.js'
import type { Principal } from './model/principal.js'
import { changeAgainst, policyChange } from './policy-change.js'
import type { PolicyChange } from './policy-change.js'
import type { PolicyHolder, WaitingPolicy } from './policy-holder.js'
import type { Journal } from './record/journal.js'
import { ReviewRecord } from './reviews/review-record.js'
import type { NotCounted } from './reviews/reviewer.js'
import type { ReviewerPorts, Said } from './reviews/said.js'
import { saidIn, standingOfReviewer } from './reviews/said.js'
import type { Revocations } from './revocations.js'

/**
 * Whether a policy came into force. The reason is one of `malformed`, `unknown-change`, `no-evidence: <why>`, `denied`,
 * `level-too-low`, `principal-expired`, `not-human`, `refused-by-directory`, `revoked`, `no-policy-duty`, `may-approve`,
 * `not-independent: person`, `not-known`, `changed`.
 */
export type PolicyChangeReceipt = { readonly applied: true } | { readonly applied: false; readonly reason: string }

/** A policy that a reload may not bring into force, and the way in for what people signed about it. */
export interface GuardPolicyChange {
  /** What waits: the last policy that was loaded and refused with ERR_POLICY_WIDENING. Undefined: nothing. */
  waiting(): PolicyChange | undefined
  /**
   * Brings it into force by what a person signed about its `subject`, with `dec: allow`: somebody with the duty `policy` on
   * every target by the policy in force, who is live, can approve nothing, and gains nothing by it, whatever their accounts and
   * agents. On record before it counts. Rejects as the directory, the ledger and the journal do, and with ERR_DUTY_CONFLICT when
   * the directory brings together what it keeps apart; nothing changes then.
   */
  apply(id: string, decision: { readonly evidence: string }): Promise<PolicyChangeReceipt>
}

interface Ports extends Pick<ReviewerPorts, 'clock' | 'standingNow' | 'deadlineMs'> {
  readonly engine: string
  readonly journal: Journal
}

/** The parts of a guard that it needs. */
interface GuardParts {
  readonly options: { readonly identity: Verifier; readonly approvers?: readonly Approver[] }
  readonly directory: Directory | undefined
  readonly holder: Pick<PolicyHolder, 'waiting' | 'adopt'>
  readonly revocations: Pick<Revocations, 'fresh' | 'ofPrincipal'>
}

type Context = Ports & Pick<ReviewerPorts, 'approvers' | 'identity' | 'isRevoked'> & Pick<GuardParts, 'directory'>

/** Deciding about policies that widen, for one guard. */
export function guardPolicyChange(
  ports: Ports,
  { directory, holder, options, revocations }: GuardParts,
): GuardPolicyChange {
  const { approvers = [], identity } = options
  const isRevoked = (principal: Principal): boolean => revocations.ofPrincipal(principal) !== undefined
  const on: Context = { ...ports, approvers, directory, identity, isRevoked }
  const refusal = { type: 'policy.refused-change', about: 'change', by: 'who' } as const
  const record = new ReviewRecord({ journal: on.journal, deadlineMs: on.deadlineMs, refusal })

  const refuse = async ({ id, to }: WaitingPolicy, why: NotCounted, who?: Principal): Promise<PolicyChangeReceipt> =>
    Object.freeze({ applied: false, reason: await record.refuse(id, why, who, { digest: to.digest }) })

  /** Who was found fit may have been revoked since: others, and the directory, were waited for. */
  async function counts({ said, standing }: Decided): Promise<boolean> {
    await revocations.fresh()
    return !isRevoked(said.reviewer) && !isRevoked(standing.principal)
  }

  return Object.freeze({
    waiting: () => (holder.waiting === undefined ? undefined : policyChange(on.engine, holder.waiting)),
    async apply(id: string, decision: { readonly evidence: string }): Promise<PolicyChangeReceipt> {
      await revocations.fresh()
      const { waiting } = holder
      if (waiting?.id !== id) return Object.freeze({ applied: false, reason: 'unknown-change' })
      const found = await decided(on, waiting, decision)
      if ('reason' in found) return refuse(waiting, found, found.who)
      const outcome = await holder.adopt(waiting, approvalOf(id, found), () => counts(found))
      if (outcome !== 'applied') return refuse(waiting, { reason: outcome }, found.said.reviewer)
      record.forget(id)
      return Object.freeze({ applied: true })
    },
  })
}

interface Decided {
  readonly said: Said
  readonly standing: Standing
}

/** Who signed that a policy come into force, or why nobody did whom that is up to. */
async function decided(
  on: Context,
  waiting: WaitingPolicy,
  decision: unknown,
): Promise<Decided | (NotCounted & { readonly who?: Principal })> {
  // A credential proves no decision.
  if (typeof ownMember(decision, 'evidence') !== 'string') return { reason: 'malformed' }
  const said = await saidIn(on, decision, policyChange(on.engine, waiting).subject)
  if ('reason' in said) return said
  const who = said.reviewer
  if (said.verdict !== 'justified') return { reason: 'denied', who }
  const standing = await standingOfReviewer(on, who)
  if ('reason' in standing) return { ...standing, who }
  const unfit = changeAgainst(waiting, { level: said.level, standing }, await everybody(on))
  return unfit === undefined ? { said, standing } : { ...unfit, who }
}

/** Undefined where nobody can list them. */
async function everybody({ deadlineMs, directory }: Context): Promise<readonly RosterMember[] | undefined> {
  const listing = directory === undefined ? undefined : await listingOf(directory, deadlineMs)
  return listing === undefined ? undefined : rosterOf(listing)
}

function approvalOf(id: string, { said, standing }: Decided): CanonicalInput {
  return {
    change: id,
    evidence: said.evidence === undefined ? undefined : sha256(said.evidence),
    level: said.level,
    via: said.via,
    who: principalFragment(standing.principal),
  }
}
