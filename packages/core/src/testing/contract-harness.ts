import type { GuardedTarget } from '../access.js'
import type { Session } from '../session.js'

/** What the guard of a case gets: a target that is ready, and a policy for it. */
export interface ContractTarget {
  /** The target, which the guard is given. */
  readonly target: GuardedTarget
  /**
   * A policy in which role `agent` may read and write, writes are held for role `dba` by rules that list their duties, and
   * `forbidden` is denied.
   */
  policy(): Readonly<Record<string, unknown>>
}

/** What a case does with the target through one session, and what it asks past the door. */
export interface ContractClient<S> {
  /** Reads something through the session: one row, or at least one byte. */
  read(session: S): Promise<unknown>
  /** Reads three rows or more, or at least as many bytes, in one action. */
  readMuch(session: S): Promise<unknown>
  /** Changes something through the session, in a way that the policy holds. `signal` gives up on it. */
  write(session: S, signal?: AbortSignal): Promise<unknown>
  /** Makes two of the changes of `write` in one action, in a way that the policy holds. */
  writeTwice(session: S): Promise<unknown>
  /** Does something that the policy denies. */
  forbidden(session: S): Promise<unknown>
  /** Sends something that the adapter cannot understand. */
  opaque(session: S): Promise<unknown>
  /** How often the change of `write` reached the target, asked past the door. */
  writesSeen(): Promise<number>
  /** How often anything of `forbidden` or `opaque` reached the target, asked past the door. */
  refusedSeen(): Promise<number>
  /** The code of the refusal behind an error that the client threw. */
  codeOf(error: unknown): string | undefined
  /** Releases what the harness made. */
  close(): Promise<void>
}

/** One adapter under the contract, in the process of its guard. */
export interface ContractHarness extends ContractTarget, ContractClient<Session> {}
