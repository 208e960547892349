import type { BothKeysError } from './errors.js'
import { actorFragment, principalFragment } from './identity/principal-fragment.js'
import type { ProofDemand } from './proof-demand.js'
import type { Requester } from './requester.js'
import type { Session } from './session.js'

/** What a session is as a requester. */
interface RequesterFacts {
  readonly session: Session
  readonly signal: AbortSignal
  readonly trace: Requester['trace']
  /** The session that delegated this one. */
  readonly parent: Requester | undefined
  readonly proof: ProofDemand | undefined
  readonly journalBudget: number
  readonly onOverBudget: () => void
  readonly endIfExpired: () => void
  readonly onUnrecorded: (error: BothKeysError) => void
}

/** A session as the one path sees it. What a sub-agent has, its delegator has too; what it writes, its delegator wrote. */
export function requesterOf(facts: RequesterFacts): Requester {
  const { endIfExpired, journalBudget, onOverBudget, onUnrecorded, parent, proof, session, signal, trace } = facts
  const { principal } = session
  let actions = 0
  let written = 0
  return {
    sessionId: session.id,
    principal,
    principalRecord: principalFragment(principal),
    actorRecord: actorFragment(principal),
    roles: parent === undefined ? () => principal.roles : () => shared(principal.roles, parent.roles()),
    proof,
    signal,
    endIfExpired,
    trace,
    nextActionId: () => `${session.id.slice(0, 12)}-${String(++actions)}`,
    spend: (characters) => {
      written += characters
      // So that delegating makes no room.
      parent?.spend(characters)
      if (written > journalBudget) onOverBudget()
    },
    fail: onUnrecorded,
  }
}

/** The roles that are in both lists: the first list itself when all of it is, as long as nobody lost one. */
function shared(roles: readonly string[], others: readonly string[]): readonly string[] {
  return roles.every((role) => others.includes(role)) ? roles : roles.filter((role) => others.includes(role))
}
