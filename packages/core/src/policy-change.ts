import type { RequestView } from './approvals/approver.js'
import { inRows } from './approvals/rows.js'
import { visible } from './approvals/visible.js'
import type { RosterMember } from './identity/roster.js'
import type { Standing } from './identity/standing.js'
import { peopleOf } from './lint/escapes.js'
import { mayApprove } from './lint/policy-admins.js'
import type { ApprovalSubject } from './model/approval-statement.js'
import { canonicalJson } from './model/canonical-json.js'
import type { ApprovalLevel } from './model/decision.js'
import { sha256 } from './model/digest.js'
import { isAtLeast } from './model/level.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { guardDuties } from './policy/duty-choice.js'
import type { Widening } from './policy/widening.js'
import { wideningDetails } from './policy/widening.js'
import type { WaitingPolicy } from './policy-holder.js'
import { hasOwnDuty } from './reviews/own-duty.js'
import type { NotCounted } from './reviews/reviewer.js'

/** A policy that widens and is not in force, as people see it who could let it. */
export interface PolicyChange {
  /** Names the change, for `apply`. */
  readonly id: string
  /** The digest of the policy in force, and of the one that waits: what `policyDigest` answers about its document. */
  readonly from: string
  /** Of the policy that waits. */
  readonly to: string
  /** What widens, one sentence each. */
  readonly widens: readonly string[]
  /** All of this as text for a person, escaped, with what each of it was and is. */
  readonly view: RequestView
  /** What a signed decision about it has to be about. */
  readonly subject: ApprovalSubject
}

/** What people see of a policy that waits. Pure. */
export function policyChange(engine: string, { from, id, to }: WaitingPolicy): PolicyChange {
  const details = wideningDetails(from, to)
  const widens = Object.freeze(details.map(({ what }) => what))
  const digest = sha256(
    'bothkeys.policy-change.v1\0',
    canonicalJson({ engine, id, from: from.digest, to: to.digest, widens }),
  )
  const lines = [
    `policy change ${digest.slice(0, 8)}: what may be done widens`,
    `  in force   ${from.digest}`,
    `  waits      ${to.digest}`,
    ...details.flatMap(linesOf),
  ]
  const text = inRows(lines).join('\n')
  const view = Object.freeze({ text, complete: true, digest: sha256('bothkeys.policy-change-view.v1\0', text) })
  const subject = Object.freeze({ aud: engine, req: id, adh: digest, pol: from.digest, view: view.digest })
  return Object.freeze({ id, from: from.digest, to: to.digest, widens, view, subject })
}

function linesOf({ now, was, what }: Widening): readonly string[] {
  return [
    `  widens     ${visible(what)}`,
    ...(was === undefined ? [] : [`    was      ${visible(was)}`]),
    ...(now === undefined ? [] : [`    now      ${visible(now)}`]),
  ]
}

/**
 * What keeps a person from letting a policy into force; undefined: nothing. It takes the duty `policy` on every target by the
 * policy in force, and a signature at least (RULES 9). Nobody decides who can approve, for they would turn the second key by a
 * rule of their own; nor who gains by it, with any account or any agent of theirs: whoever has a role that it changes, or can
 * do anything where it may be about everybody. Where nobody can list who there is, nobody decides. Pure.
 */
export function changeAgainst(
  { from, to }: WaitingPolicy,
  { level, standing }: { readonly level: ApprovalLevel; readonly standing: Standing },
  members: readonly RosterMember[] | undefined,
): NotCounted | undefined {
  if (!isAtLeast(level, 'signed')) return { reason: 'level-too-low' }
  const isAdmin = [...from.targets.keys()].every((name) => hasOwnDuty(from, 'policy', name, standing))
  if (!isAdmin) return { reason: 'no-policy-duty' }
  const own = ownOf(standing, members ?? [])
  if (own.length === 0 || own.some(({ namesRoles }) => !namesRoles)) return { reason: 'not-known' }
  const held = own.flatMap(({ principal, roles }) => [...principal.restrictingRoles, ...roles])
  if (mayApprove(from, held)) return { reason: 'may-approve' }
  const isGain = wideningDetails(from, to).some(({ role }) =>
    role === undefined ? mayAct(to, held) : held.includes(role),
  )
  return isGain ? { reason: 'not-independent', detail: 'person' } : undefined
}

/** Every account of a person, and every agent of theirs. Empty where the listing does not have them. */
function ownOf({ principal }: Standing, members: readonly RosterMember[]): readonly RosterMember[] {
  const { id, issuer } = principal.subject
  const groups = peopleOf(members).filter((group) =>
    group.some(({ subject }) => subject.id === id && subject.issuer === issuer),
  )
  return [...new Set(groups.flat())]
}

/** Whether roles let anybody do anything but what is the guard's own. */
function mayAct(policy: CompiledPolicy, roles: readonly string[]): boolean {
  return [...policy.targets.values()].some((target) =>
    [...policy.dutiesOf(roles, target)].some((duty) => !guardDuties.has(duty)),
  )
}
