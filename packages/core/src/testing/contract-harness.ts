import type { GuardedTarget } from '../access.js'
import type { Session } from '../session.js'

/** One adapter under the contract: a target that is ready, and what to do with it through one session. */
export interface ContractHarness {
  readonly target: GuardedTarget
  /**
   * A policy in which role `agent` may read and write, writes are held for role `dba` by rules that list their duties, and
   * `forbidden` is denied.
   */
  policy(): Readonly<Record<string, unknown>>
  /** Reads something through the session: one row, or at least one byte. */
  read(session: Session): Promise<unknown>
  /** Reads three rows or more, or at least as many bytes, in one action. */
  readMuch(session: Session): Promise<unknown>
  /** Changes something through the session, in a way that the policy holds. `signal` gives up on it. */
  write(session: Session, signal?: AbortSignal): Promise<unknown>
  /** Makes two of the changes of `write` in one action, in a way that the policy holds. */
  writeTwice(session: Session): Promise<unknown>
  /** Does something that the policy denies. */
  forbidden(session: Session): Promise<unknown>
  /** Sends something that the adapter cannot understand. */
  opaque(session: Session): Promise<unknown>
  /** How often the change of `write` reached the target, asked past the door. */
  writesSeen(): Promise<number>
  /** How often anything of `forbidden` or `opaque` reached the target, asked past the door. */
  refusedSeen(): Promise<number>
  /** The code of the refusal behind an error that the client threw. */
  codeOf(error: unknown): string | undefined
  /** Releases what the harness made. */
  close(): Promise<void>
}
