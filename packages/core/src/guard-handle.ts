import type { ApprovalCoordinator } from './approvals/coordinator.js'
import type { GuardGlass } from './guard-glass.js'
import type { GuardGrants } from './guard-grants.js'
import type { GuardPolicyChange } from './guard-policy-change.js'
import type { GuardRevocations } from './guard-revocations.js'
import type { GuardReviews } from './guard-reviews.js'
import type { Credential } from './identity/verifier.js'
import type { ObserverEvents } from './observers.js'
import type { JournalBehind } from './record/noted-head.js'
import type { Revocation, RevocationOptions } from './revocation.js'
import type { Revocable } from './duties/revoked.js'
import type { ActionShape } from './lint/who-could-approve.js'
import type { Simulation } from './lint/simulate.js'
import type { Session } from './session.js'
import type { SessionOptions } from './session-options.js'

/** The requests that wait for people, and the way in for what people signed. Nothing here can make an approval. */
export type GuardApprovals = Pick<ApprovalCoordinator, 'pending' | 'submit'>

/** The composition root: one per process is enough. */
export interface Guard {
  /**
   * Verifies a credential and opens a session for it. Throws ERR_TOKEN_INVALID, also when it names another change than the
   * host does, ERR_DIRECTORY_REFUSED, ERR_DUTY_CONFLICT when its roles conflict with those of its closure,
   * ERR_CONFIG_INVALID for a wrong option, and ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE when the opening cannot be recorded.
   */
  openSession(credential: Credential, options?: SessionOptions): Promise<Session>
  /**
   * Loads the policy now. A broken one changes nothing and throws ERR_POLICY_INVALID; one that widens throws
   * ERR_POLICY_WIDENING and waits for people (`policyChange`), or throws ERR_POLICY_UNSIGNED where an authority signs policies and did not sign this one with a higher
   * version, unless the guard runs with `dev`; one whose separated roles, or duties `policy` and
   * `approve`, the directory brings together throws ERR_DUTY_CONFLICT.
   */
  reload(): Promise<void>
  /** The digest of the policy in force. */
  readonly policyDigest: string
  /**
   * What the journal lacks of the head that was noted elsewhere (`fileJournal({ head })`); undefined when nothing. Whatever
   * counts what happened before cannot be trusted then.
   */
  readonly journalBehind: JournalBehind | undefined
  /** Listens to what happens; answers how to stop listening. Nothing that is enforced depends on a listener. */
  on<Name extends keyof ObserverEvents>(name: Name, listener: (event: ObserverEvents[Name]) => void): () => void
  /**
   * The kill switch: ends what a person, an account, a run or a session has open, or closes a target for everybody, here at
   * once and within a second in every other guard on the same ledger. Their votes no longer count. It lasts for `forMs`, or
   * until people lift it (`revocations`). Rejects with ERR_CONFIG_INVALID, and with ERR_LIMIT_EXCEEDED, ERR_LEDGER_UNAVAILABLE,
   * ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE when it is in force here but others may not learn of it.
   *
   * @example
   * await guard.revoke({ kind: 'person', issuer, id: 'ada' }, { reason: 'laptop stolen' })
   */
  revoke(what: Revocable, options: RevocationOptions): Promise<Revocation>
  /**
   * What would become of an action if a session asked for it now, with what happened before, by the policy in force and the
   * people of a directory that can list. Writes, counts and asks nothing. For whoever keeps the policy, not for agents: it
   * names rules of the whole policy. Rejects with ERR_SESSION_CLOSED, ERR_CONFIG_INVALID for a target that the policy does
   * not have, and what the ledger and the directory throw.
   */
  simulate(session: Session, action: ActionShape): Promise<Simulation>
  /** What waits for people. */
  readonly approvals: GuardApprovals
  /** What was broken with `session.breakGlass` and nobody has found justified yet. */
  readonly glass: GuardGlass
  /** A policy that widens and waits for people, and the way in for what they signed about it. */
  readonly policyChange: GuardPolicyChange
  /** What is revoked, and the way in for what people signed to lift it. */
  readonly revocations: GuardRevocations
  /** What a history chain of the policy wants reviewed and nobody has found justified yet. */
  readonly reviews: GuardReviews
  /** What people granted to sessions with `session.requestGrant`, and the way to take it back. */
  readonly grants: GuardGrants
  /**
   * Ends every session and connection, sends sinks what is left for 5 seconds at most and closes the journal, whatever becomes of
   * the rest. Rejects with what failed first;
   * a part that hangs is left after 15 seconds.
   */
  close(): Promise<void>
}
